"""What a hostile or broken registry sends does not get past the harvest: not to another host, not into a terminal."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from crawler.formats import xml
from crawler.redirects import is_same_host
from db import intake
from db.writer import encode
from tests.db.test_large_records import LARGE
from tests.support import faults
from tests.support.ctgov_answers import ANCHOR
from tests.support.faults import Rule, always, faulty, nth, path_ends
from tests.support.running import calcitrials, crawl, last_report, rows, trial_ids

studies = path_ends("/studies")


def test_a_redirect_to_another_port_is_not_followed(sample_url: str, tmp_path: Path) -> None:
    """The other port tells the same studies: none of them may be believed."""
    with faulty(sample_url, []) as elsewhere:

        def away(exchange: faults.Exchange) -> None:
            target = f"{elsewhere.url}/studies?{exchange.request.target.partition('?')[2]}"
            exchange.send(faults.Answer(b"", 302, {"Location": target}))

        with faulty(sample_url, [Rule(away, always, studies)]) as registry:
            run = crawl(tmp_path, registry.url, "--all")
        assert elsewhere.requests == []
    assert run.status == 1
    assert "the answer sends to another host" in run.err


@pytest.mark.parametrize(
    ("url", "target", "same"),
    [
        ("https://registry.example/a", "https://registry.example/b", True),
        ("http://registry.example/a", "https://registry.example/a", True),
        ("https://registry.example/a", "http://registry.example/a", False),
        ("https://registry.example/a", "https://registry.example:8443/a", False),
        ("https://registry.example/a", "https://registry.example.evil/a", False),
        ("https://registry.example/a", "file:///etc/passwd", False),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:8001/a", False),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:99999/a", False),
    ],
)
def test_one_host(url: str, target: str, same: bool) -> None:
    assert is_same_host(url, target) is same


def with_steering(page: dict[str, Any]) -> None:
    """A record with an escape sequence, a mark that turns the writing, and C1; another with an id that is none."""
    first, second, *_ = page["studies"]
    first["protocolSection"]["identificationModule"]["briefTitle"] = "\x1b[31mRed\u202e title\x9b of a trial"
    second["protocolSection"]["identificationModule"]["nctId"] = "NCT00000001\x1b[31m"


def test_signs_that_steer_stay_in_the_payload(sample_url: str, tmp_path: Path) -> None:
    with faulty(sample_url, [Rule(faults.rewritten_json(with_steering), nth(1), studies)]) as registry:
        run = crawl(tmp_path, registry.url, "--all")
    titles = [title for (title,) in rows(tmp_path, "SELECT brief_title FROM trials")]
    assert "[31mRed title of a trial" in titles
    assert not any(intake.readable(title) != title for title in titles if title)
    assert all(intake.is_id(trial_id) for trial_id in trial_ids(tmp_path))
    assert last_report(tmp_path)["rejected"] == 1
    assert f"brief_title: {intake.LEFT_OUT}" in json.loads(json.dumps(last_report(tmp_path)["unknown_words"]))
    for said in (run.err, run.out, calcitrials("sql", "SELECT * FROM rejects", "--catalog", tmp_path).out):
        assert "\x1b" not in said.replace("\x1b[0m", "")


def test_an_address_that_is_none_of_the_web_is_left_out() -> None:
    record = type(LARGE)(**{**{f: getattr(LARGE, f) for f in LARGE.__struct_fields__}, "url": "javascript:alert(1)"})
    assert intake.is_suspicious(encode(record))
    clean, found = intake.cleaned(record)
    assert (clean.url, found) == ("", [f"url: {intake.BAD_ADDRESS}"])
    assert not intake.is_suspicious(encode(LARGE))
    assert intake.cleaned(LARGE) == (LARGE, [])


def test_a_total_that_nobody_counted_is_no_traceback(sample_url: str, tmp_path: Path) -> None:
    def huge(page: dict[str, Any]) -> None:
        page["totalCount"] = 10**30

    with faulty(sample_url, [Rule(faults.rewritten_json(huge), always, studies)]) as registry:
        run = crawl(tmp_path, registry.url, "--all")
    assert run.status == 1
    assert "Traceback" not in run.err


def test_data_that_move_at_every_answer_end(sample_url: str, tmp_path: Path) -> None:
    versions = iter(range(10_000))

    def moved(version: dict[str, Any]) -> None:
        version["dataTimestamp"] = f"2026-11-01T09:00:{next(versions) % 60:02d}"

    with faulty(sample_url, [Rule(faults.rewritten_json(moved), always, path_ends("/version"))]) as registry:
        run = crawl(tmp_path, registry.url, "--all")
    assert run.status == 1
    assert "moved" in run.err
    assert ANCHOR in trial_ids(tmp_path)


def test_a_large_record_comes_with_its_page(sample_url: str, tmp_path: Path) -> None:
    def enlarged(page: dict[str, Any]) -> None:
        page["studies"][0]["protocolSection"]["descriptionModule"] = {"briefSummary": "a summary " * 300_000}

    with faulty(sample_url, [Rule(faults.rewritten_json(enlarged), always, studies)]) as registry:
        run = crawl(tmp_path, registry.url, "--all")
    assert run.status == 0, run.err
    assert last_report(tmp_path)["received"] == 69


@pytest.mark.parametrize("damage", ["surrogate", "nesting"])
def test_a_damaged_record_costs_itself_alone(sample_url: str, tmp_path: Path, damage: str) -> None:
    what = {"surrogate": b'"\\ud800 alone"', "nesting": b"[" * 20_000 + b"]" * 20_000}[damage]

    def spoilt(body: bytes) -> bytes:
        return re.sub(rb'"briefTitle"\s*:', lambda key: b'"briefTitle":' + what + b',"other":', body, count=1)

    with faulty(sample_url, [Rule(faults.rewritten(spoilt), always, studies)]) as registry:
        run = crawl(tmp_path, registry.url, "--all")
    assert "Traceback" not in run.err
    report = last_report(tmp_path)
    assert (report["received"], report["rejected"] <= 1) == (69, True)


@pytest.mark.parametrize("opened", [b"<![CDATA[", b"<!--"])
def test_marks_left_open_are_read_once(opened: bytes) -> None:
    body = opened * 20_000
    assert xml.mended(body) == body  # looked for anew at each mark it would take minutes
    assert xml.masked(body, re.compile(b"</record>")).strip() == b""


def test_no_spreadsheet_runs_a_registrys_text(tmp_path: Path, sample_url: str) -> None:
    crawl(tmp_path, sample_url, "--id", ANCHOR)
    ask = ("sql", "SELECT '=1+1' AS a, '-5 years' AS b, -5 AS c", "--format", "csv", "--catalog", tmp_path)
    assert calcitrials(*ask).out.splitlines()[1] == "'=1+1,'-5 years,-5"
    assert calcitrials(*ask, "--keep-formulas").out.splitlines()[1] == "=1+1,-5 years,-5"
