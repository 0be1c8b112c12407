"""What people see on a terminal of 80 columns, what the shell completes, and what a spreadsheet gets."""

import csv
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from calcitrials.output import print_matches
from crawler.samples.listing import KNOWN_IDS
from crawler.samples.server import serve
from tests.support.ctgov_answers import ANCHOR, BUNDLED_IDS
from tests.support.running import calcitrials, crawl, environment


@pytest.fixture(scope="module")
def crawled(sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    catalog = tmp_path_factory.mktemp("terminal") / "catalog"
    run = crawl(catalog, sample_url, "--all")
    assert run.status == 0
    assert f"ctgov: complete, {len(BUNDLED_IDS)} records received" in run.err
    return catalog


def on_terminal(*arguments: str, columns: int = 80, **urls: str) -> list[str]:
    """Lines that a command prints on a terminal, without their colours."""
    master, slave = os.openpty()
    try:
        subprocess.run(["stty", "cols", str(columns)], stdin=slave, check=True)
        command = [sys.executable, "-m", "calcitrials", *arguments]
        env = environment(urls, TERM="xterm", NO_COLOR="1")
        program = subprocess.Popen(command, env=env, stdin=slave, stdout=slave, stderr=slave)
        os.close(slave)
        said = b""
        while True:
            try:
                part = os.read(master, 1 << 16)
            except OSError:  # the program has closed the terminal
                break
            if not part:
                break
            said += part
        program.wait()
    finally:
        os.close(master)
    return re.sub(r"\x1b\[[^a-zA-Z]*[a-zA-Z]|\r", "", said.decode()).splitlines()


def test_everything_fits_eighty_columns(crawled: Path, sample_url: str, tmp_path: Path) -> None:
    for command in (
        ("match", "systemic sclerosis with calcinosis"),
        ("match", "iPPSD2", "--age", "1y"),
        ("match", "CREST", "--explain", ANCHOR),
        ("status",),
    ):
        lines = on_terminal(*command, "--catalog", str(crawled))
        assert max(len(line.rstrip()) for line in lines if "http" not in line and "Catalogue" not in line) <= 80, lines
    crawling = ("crawl", "ctgov", "--delay", "0", "--catalog", str(tmp_path))
    lines = on_terminal(*crawling, ctgov=sample_url)
    header = next(index for index, line in enumerate(lines) if "received" in line)
    assert "ctgov" in lines[header + 2]
    assert len(lines[header].rstrip()) <= 80


def test_a_registry_that_announces_no_total_has_a_bar_that_counts(tmp_path: Path) -> None:
    with serve("listing") as urls:
        crawling = ("crawl", "listing", "--delay", "0", "--id", KNOWN_IDS[0], "--catalog", str(tmp_path))
        lines = on_terminal(*crawling, listing=urls["listing"])
    (bar,) = {line for line in lines if line.startswith("listing")}  # drawn over itself, and gone at the end
    assert re.search("listing +━+[ ━]* 1/\\? 0:0", bar)
    assert "%" not in bar
    (summary,) = {line for line in lines if line.startswith(" listing")}
    assert [cell.strip() for cell in summary.split("│")[:4]] == ["listing", "yes", "?", "1"]


def test_what_goes_on_in_the_next_line_is_indented(crawled: Path) -> None:
    lines = on_terminal("match", "systemic sclerosis with calcinosis", "--catalog", str(crawled))
    first = next(index for index, line in enumerate(lines) if line.startswith("1. "))
    last = next(index for index, line in enumerate(lines) if line.startswith("Completed") or " fit, the best" in line)
    trials = [line for line in lines[first:last] if line and not re.match(r"\d+\. |For ", line)]
    assert {line[:3] for line in trials} == {"   "}


def test_an_explanation_comes_first_and_alone(crawled: Path) -> None:
    run = calcitrials("match", "CREST with calcinosis", "--explain", ANCHOR, "--catalog", crawled)
    assert run.out.startswith("explain It is shown at place ")
    assert "\n1. " not in run.out
    assert "(implied)" not in run.out


def test_a_spreadsheet_has_what_decides_and_what_is_ruled_out(crawled: Path) -> None:
    arguments = ("match", "iPPSD2", "--age", "1y", "--sex", "female", "--country", "France", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(calcitrials(*arguments, "--catalog", crawled).out)))
    by_id = {row["trial_id"]: row for row in rows}
    excluded = by_id[ANCHOR]
    assert excluded["eligibility"] == "ruled out"
    assert "age" in excluded["ruled_out"].lower() or "year" in excluded["ruled_out"]
    assert excluded["title"].startswith("Subcutaneous Injection of Sodium Thiosulfate")
    assert {row["registry"] for row in rows} == {"ctgov"}
    adult = ("match", "iPPSD2", "--age", "40y", "--country", "France", "--format", "csv", "--catalog", crawled)
    (anchor,) = [row for row in csv.DictReader(io.StringIO(calcitrials(*adult).out)) if row["trial_id"] == ANCHOR]
    assert (anchor["eligibility_age"], anchor["eligibility_country"], anchor["ruled_out"]) == ("met", "met", "")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("crawl ct", {"ctgov", "ctis"}),
        ("reread is", {"isrctn"}),
        ("schedule --registry dr", {"drks"}),
        ("match gout --status rec", {"recruiting"}),
        ("show NCT035828", {ANCHOR}),
        ("similar --catalog {catalog} NCT035828", {ANCHOR}),
        ("match gout --explain NCT035828", {ANCHOR}),
    ],
)
def test_the_shell_completes(crawled: Path, typed: str, offered: set[str]) -> None:
    words = typed.format(catalog=crawled)
    env = environment(
        _CALCITRIALS_COMPLETE="complete_bash", COMP_WORDS=f"calcitrials {words}", COMP_CWORD=str(len(words.split())),
        CALCITRIALS_CATALOG=str(crawled),
    )  # fmt: skip
    assert set(calcitrials(env=env).out.split()) == offered


def test_an_early_phase_is_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    match = {
        "trial_id": "T1", "study_id": None, "title": "A trial", "status": "recruiting", "phase": ["early_phase1"],
        "grade": "strong", "relation": "same", "for": "gout", "because": ["It is about gout."], "last_update": None,
        "eligibility": {"verdict": "unknown"}, "status_is_stale": False, "status_stale_reason": None, "url": "u",
    }  # fmt: skip
    facts = {"trials": 1, "sample_trials": 0, "published": "today"}
    query: dict[str, Any] = {"patient": {}}
    answer = {"query": query, "diagnoses": [], "matches": [match], "ruled_out": [], "fit": 1, "catalogue": facts}
    print_matches(answer, Console(width=80, highlight=False))
    assert "recruiting, early phase 1, strong" in capsys.readouterr().out
