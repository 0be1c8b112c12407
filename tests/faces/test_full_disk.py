"""A disk that is full, at every write: one clear line, what was published stays whole, and afterwards all is well.

Two full disks: no file may grow beyond a size, which everybody can arrange, and a small file system of its own.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path

import pytest

from calcitrials.kept_file import NotKept
from calcitrials.watch_delivery import drop_mail
from calcitrials.watches import Entry, Watch
from calcitrials.web.note_store import NoteStore, Shared
from crawler.samples.server import serve
from db.catalogue import Catalogue
from tests.support.faults import no_file_larger_than
from tests.support.running import Run, calcitrials, environment

CONTENT = "SELECT trial_id, content_hash FROM trials ORDER BY ALL"
FULL = ("File too large", "No space left on device")
HARVESTS = [("import", 2_000), ("reread", 300_000), ("crawl", 2_000_000)]
FREE = [200_000]
if os.environ.get("CALCITRIALS_TEST_FLIPS"):  # at night all of it
    HARVESTS = list(product(["reread", "import", "crawl"], [2_000, 100_000, 300_000, 1_000_000, 2_000_000]))
    FREE = [0, 20_000, 200_000, 1_000_000, 3_000_000]
EXPORT = "<Trials><Trial><TrialID>ACTRN12611000000001</TrialID><Public_title>Gout</Public_title></Trial></Trials>"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, sample_url: str) -> Path:
    catalog = tmp_path_factory.mktemp("published") / "catalog"
    arguments = ("crawl", "ctgov", "--all", "--delay", "0", "--catalog", catalog)
    assert calcitrials(*arguments, env=environment({"ctgov": sample_url})).status == 0
    return catalog


@pytest.fixture
def catalog(published: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(published, tmp_path / "catalog", symlinks=True))


def content(catalog: Path) -> list[tuple[str, str]]:
    with closing(Catalogue(catalog).connect()) as connection:
        return connection.execute(CONTENT).fetchall()


def told(run: Run) -> str:
    """The last line of a command that met a full disk."""
    assert run.status == 1, run.err
    assert "Traceback" not in run.err
    line = run.err.splitlines()[-1]
    assert line.startswith("calcitrials: "), run.err
    assert any(reason in line for reason in FULL), line
    assert "exception_type" not in line
    return line


@pytest.mark.parametrize("form", ["csv", "fhir"])
def test_an_export_leaves_nothing(catalog: Path, tmp_path: Path, form: str) -> None:
    folder = tmp_path / "export"
    with no_file_larger_than(3000):
        line = told(calcitrials("export", folder, "--format", form, "--catalog", catalog))
    assert str(folder) in line
    assert list(folder.iterdir()) == []
    assert calcitrials("export", folder, "--format", form, "--catalog", catalog).status == 0


def test_a_report_leaves_the_one_before(catalog: Path, tmp_path: Path) -> None:
    pytest.importorskip("altair")
    pytest.importorskip("vl_convert")
    report = tmp_path / "report.html"
    report.write_text("the one before")
    with no_file_larger_than(3000):
        assert str(report) in told(calcitrials("report", report, "--catalog", catalog))
    assert [path.name for path in tmp_path.iterdir() if path != catalog] == ["report.html"]
    assert report.read_text() == "the one before"


def test_a_schedule_leaves_no_half_unit(catalog: Path, tmp_path: Path) -> None:
    env = environment(XDG_CONFIG_HOME=str(tmp_path / "config"))
    with no_file_larger_than(350):
        told(calcitrials("schedule", "--install", "--catalog", catalog, env=env))
    assert [path for path in (tmp_path / "config").rglob("*") if path.is_file()] == []


def test_a_vocabulary_is_loaded_whole_or_not(tmp_path: Path) -> None:
    terms, file = tmp_path / "terms", tmp_path / "mine.obo"
    names = "".join(f"\n[Term]\nid: MONDO:{number:07d}\nname: disease {number}\n" for number in range(200))
    file.write_text(f"format-version: 1.2\ndata-version: 1\nontology: mondo\n{names}")
    env = environment(CALCITRIALS_TERMS=str(terms))
    with no_file_larger_than(3000):
        run = calcitrials("terms", "load", file, env=env)
    assert run.status != 0
    assert "Traceback" not in run.err
    assert FULL[0] in run.err
    assert list(terms.iterdir()) == []


def test_an_index_that_cannot_be_kept_is_no_reason_to_answer_otherwise(catalog: Path) -> None:
    question = ("match", "systemic sclerosis with calcinosis", "--format", "csv", "--limit", "3", "--catalog", catalog)
    expected = calcitrials(*question).out
    index = Catalogue(catalog).current.resolve().with_suffix(".index")
    shutil.rmtree(index)
    with no_file_larger_than(len(expected) + 1):
        run = calcitrials(*question)
    assert (run.status, run.out) == (0, expected)
    assert list(index.iterdir()) == []


def test_notes_and_mail_are_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    store = NoteStore(tmp_path)
    identifier, _ = store.keep(Shared("c2VhbGVk", "c2FsdA==", "cHJvb2Y="))
    with no_file_larger_than(20_000), pytest.raises(NotKept, match=r"notes\.sqlite cannot be used"):
        store.keep(Shared("c2VhbGVk" * 10_000, "c2FsdA==", "cHJvb2Y="))
    assert store.sealed(identifier, "cHJvb2Y=") == "c2VhbGVk"
    mail = tmp_path / "mail"
    watch = Watch("w", "HP:1", "calcinosis", None, False, "2026-11-30")
    entry = Entry(1, "w", "NCT1", "new", "title " * 200, "recruiting", "2026-11-30")
    with no_file_larger_than(300), pytest.raises(OSError, match="File too large"):
        drop_mail(mail, watch, entry)
    assert list(mail.iterdir()) == []


@pytest.mark.parametrize(("command", "largest"), HARVESTS)
def test_a_harvest_publishes_all_or_nothing(
    catalog: Path, tmp_path: Path, sample_url: str, command: str, largest: int
) -> None:
    words = {
        "reread": ("reread",),
        "import": ("import", "ictrp", tmp_path / "export.xml"),
        "crawl": ("crawl", "ctgov", "--condition", "calcinosis", "--delay", "0"),
    }[command]
    (tmp_path / "export.xml").write_text(EXPORT)
    before = content(catalog)
    env = environment({"ctgov": sample_url})
    with no_file_larger_than(largest):
        told(calcitrials(*words, "--catalog", catalog, env=env))
    assert content(catalog) == before
    assert not list(catalog.rglob("*.tmp"))
    again = calcitrials(*words, "--catalog", catalog, env=env)
    assert again.status == 0, again.err
    assert set(before) <= set(content(catalog))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 40 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=40m", "none", disk], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_on_a_disk_that_fills_up(published: Path, small_disk: Path) -> None:
    catalog, filler = small_disk / "catalog", small_disk / "filler"
    shutil.copytree(published, catalog, symlinks=True)
    before = content(catalog)
    question = ("match", "systemic sclerosis with calcinosis", "--format", "json", "--catalog", catalog)
    expected = calcitrials(*question).out
    with serve("ctgov") as urls:
        env = environment(urls)
        crawl = ("crawl", "ctgov", "--condition", "calcinosis", "--delay", "0", "--catalog", catalog)
        for free in FREE:
            filler.write_bytes(b"")
            with filler.open("wb") as file:
                file.write(bytes(shutil.disk_usage(small_disk).free - free))
            for words in (crawl, ("reread", "--catalog", catalog)):
                told(calcitrials(*words, env=env))
                assert content(catalog) == before
            assert calcitrials(*question).out == expected
        filler.unlink()
        run = calcitrials(*crawl, env=env)
    assert run.status == 0, run.err
    assert {one for one, _ in before} <= {one for one, _ in content(catalog)}
