"""What a user gets wrong, or finds missing: one clear line on stderr, the right exit status, no traceback."""

import shutil
import socket
from pathlib import Path

import pytest

from tests.support.ctgov_answers import ANCHOR
from tests.support.running import calcitrials, crawl, environment, trial_ids

FAILED, WRONG_USAGE = 1, 2


@pytest.fixture(scope="module")
def crawled(sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    catalog = tmp_path_factory.mktemp("errors") / "catalog"
    assert crawl(catalog, sample_url, "--id", ANCHOR).status == 0
    return catalog


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["crawl", "nowhere"], "unknown registry 'nowhere': known are ctgov"),
        (["crawl", "ctgov", "--since", "tomorrow"], "'tomorrow' is not a date: write it as yyyy-mm-dd"),
        (["crawl", "ctgov", "--since", "2026-02-30"], "'2026-02-30' is not a date"),
        (["crawl", "ctgov", "--since", "2999-01-01"], "2999-01-01 is in the future"),
        (["crawl", "ctgov", "--condition", "()"], "'()' is not a condition: it has no letter"),
        (["crawl", "ctgov", "--condition", "calcinosis", "--condition", " "], "' ' is not a condition"),
        (["crawl", "ctgov", "--condition", "calcinosis\udcff"], "'calcinosis\\udcff' is not text in UTF-8"),
        (["crawl", "ctgov", "--id", "NCT1"], "'NCT1' is not a ClinicalTrials.gov id: NCT and eight digits"),
        (["crawl", "ctgov", "--all", "--id", ANCHOR], "--condition, --all and --id exclude each other"),
        (["match"], "say a diagnosis, or --file, or --batch"),
        (["match", "calcinosis", "--status", "open"], "unknown status 'open': known are not_yet_recruiting"),
        (["match", "calcinosis", "--age", "old"], "'old' is not an age: write 45y"),
        (["match", "calcinosis", "--country", "Narnia"], "'Narnia' is no country: write its name"),
        (["match", "calcinosis", "--sex", "x"], "write female or male"),
        (["match", "calcinosis", "--country", "Narnia"], "'Narnia' is no country"),
        (["match", "--file", "no-such-file"], "cannot read no-such-file"),
        (["match", "--batch", "no-such-file"], "cannot read no-such-file"),
        (["match", "calcinosis", "--batch", "-"], "--batch takes its diagnoses from its own file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_said_in_one_line(crawled: Path, tmp_path: Path, arguments: list[str], sentence: str) -> None:
    before = sorted(crawled.rglob("*"))
    run = calcitrials(*arguments, "--catalog", crawled, cwd=tmp_path)
    assert run.status == WRONG_USAGE
    assert sentence in run.error
    assert sorted(crawled.rglob("*")) == before


@pytest.mark.parametrize(
    "arguments", [["crawl", "--delay", "-1"], ["crwl"], ["sql"], ["status", "--format", "xml"], ["show", "--so"]]
)
def test_what_no_command_takes_is_refused_with_a_hint(tmp_path: Path, arguments: list[str]) -> None:
    run = calcitrials(*arguments, cwd=tmp_path)
    assert run.status == WRONG_USAGE
    assert run.out == ""
    assert "Usage: calcitrials" in run.err
    assert "Traceback" not in run.err


@pytest.mark.parametrize(
    "arguments", [["sql", "SELECT 1"], ["show", ANCHOR], ["status"], ["match", "calcinosis"]], ids=" ".join
)
def test_a_catalogue_that_is_not_there_is_said(tmp_path: Path, arguments: list[str]) -> None:
    run = calcitrials(*arguments, "--catalog", tmp_path / "none")
    assert run.status == FAILED
    assert run.error.startswith(f"there is no catalogue in {tmp_path / 'none'} yet: run `calcitrials crawl`")
    assert not (tmp_path / "none").exists()


def test_folders_that_cannot_be_used_are_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    run = calcitrials("crawl", "ctgov", "--catalog", tmp_path / "file")
    assert (run.status, run.error) == (FAILED, f"cannot make the catalogue folder {tmp_path / 'file'}: File exists")
    run = calcitrials("reread", "--catalog", tmp_path / "none")
    assert run.status == FAILED
    assert "nothing is archived in" in run.error


def test_a_damaged_catalogue_is_said(tmp_path: Path) -> None:
    (tmp_path / "current.duckdb").write_text("no database")
    run = calcitrials("sql", "SELECT 1", "--catalog", tmp_path)
    assert run.status == FAILED
    assert "cannot be opened as a catalogue" in run.error


def test_a_catalogue_that_breaks_off_is_said(crawled: Path, tmp_path: Path) -> None:
    catalog = Path(shutil.copytree(crawled, tmp_path / "catalog", symlinks=True))
    snapshot = (catalog / "current.duckdb").resolve()
    snapshot.write_bytes(snapshot.read_bytes()[:500_000])
    for arguments in (["status"], ["show", ANCHOR], ["match", "calcinosis"]):
        run = calcitrials(*arguments, "--catalog", catalog)
        assert run.status == FAILED
        assert "Could not read enough bytes from file" in run.error


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("SELEC 1", "syntax error"),
        ("SELECT nothing FROM trials", "nothing"),
        ("SELECT * FROM treatments", "treatments"),
        ("", "there is no question"),
        ("SELECT '\udcff'", "the question is not text in UTF-8"),
        ("SELECT error('stop') FROM trials", "stop"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(crawled: Path, query: str, sentence: str) -> None:
    run = calcitrials("sql", query, "--catalog", crawled)
    assert run.status == WRONG_USAGE
    assert sentence in run.error


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("http://127.0.0.1:{port}/api/v2", "nobody answers at this address (connection refused)"),
        ("http://registry.invalid/api/v2", "the host name cannot be resolved: there is no network"),
    ],
)
def test_without_a_network_the_catalogue_stays_and_the_reason_is_said(
    crawled: Path, tmp_path: Path, address: str, sentence: str
) -> None:
    with socket.socket() as bound:  # bound and not listening: the port answers nobody, and nobody else takes it
        bound.bind(("127.0.0.1", 0))
        url = address.format(port=bound.getsockname()[1])
        catalog = Path(shutil.copytree(crawled, tmp_path / "catalog", symlinks=True))
        run = crawl(catalog, url, "--all")
    assert run.status == FAILED
    assert run.out == ""
    assert "Traceback" not in run.err
    assert run.err.rstrip().splitlines()[-1] == f"ctgov: incomplete: {url}/version: {sentence}" + (
        ", or the address is wrong" if "host name" in sentence else ""
    )
    assert trial_ids(catalog) == {ANCHOR}


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("CALCITRIALS_CTGOV_URL", "my registry", "is not a web address: 'my registry'"),
        ("CALCITRIALS_CTGOV_URL", "http://", "is not a web address"),
        ("CALCITRIALS_CTGOV_URL", "http://127.0.0.1:99999/api", "is not a web address"),
        ("CALCITRIALS_CTGOV_URL", "http://[::1/api", "is not a web address"),
        ("CALCITRIALS_CTGOV_URL", "http://127.0.0.1/api?format=json", "is not a web address"),
        ("CALCITRIALS_TIMEOUT_S", "soon", "CALCITRIALS_TIMEOUT_S is not a number of seconds: 'soon'"),
        ("CALCITRIALS_TIMEOUT_S", "-1", "is not a number of seconds"),
        ("CALCITRIALS_GATES", '{"min_last": 1', "the thresholds of the quality gates cannot be read"),
        ("CALCITRIALS_GATES", '{"minimum": 1}', "unknown field `minimum`"),
    ],
)
def test_a_setting_that_cannot_be_is_wrong_usage(tmp_path: Path, variable: str, value: str, sentence: str) -> None:
    run = calcitrials("crawl", "ctgov", "--catalog", tmp_path / "catalog", env=environment(None, **{variable: value}))
    assert run.status == WRONG_USAGE
    assert sentence in run.error
    assert not (tmp_path / "catalog").exists()
