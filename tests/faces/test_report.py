"""The report: one page that needs nothing else, and whose figures are those of the catalogue."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.support.running import ROOT, calcitrials, rows

pytest.importorskip("vl_convert", reason="the extra `report` is not installed")


@pytest.fixture(scope="module")
def page(sampled: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("report") / "report.html"
    run = calcitrials("report", file, "--catalog", sampled)
    assert (run.status, run.out) == (0, ""), run.err
    return file.read_text(encoding="utf-8")


class Outside(HTMLParser):
    """Addresses that a browser would fetch from, and elements that run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.pictures = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.pictures += tag == "svg" and ("role", "img") in attrs
        fetched = [value for name, value in attrs if name in ("src", "href", "xlink:href") and value]
        self.found += [value for value in fetched if not value.startswith("#")]
        self.found += [tag] if tag in ("script", "link", "iframe", "object") else []


def test_the_page_holds_all_that_it_shows(page: str) -> None:
    parser = Outside()
    parser.feed(page)
    assert parser.found == []
    assert parser.pictures == 7


def test_its_figures_are_those_of_the_catalogue(page: str, sampled: Path) -> None:
    ((studies, records),) = rows(sampled, "SELECT count(*), sum(len(trial_ids)) FROM studies")
    assert f"{studies} studies in {records} records" in page
    statuses = re.search(r'id="statuses".*?<tbody>(.*?)</tbody>', page, re.DOTALL)
    assert statuses is not None
    told = dict(re.findall(r'<td>([a-z ]+)</td><td class="number">(\d+)</td>', statuses[1]))
    counted = rows(sampled, "SELECT replace(status, '_', ' '), count(*)::VARCHAR FROM studies GROUP BY ALL")
    assert told == dict(counted)


def test_where_nothing_draws_it_the_extra_is_named(sampled: Path, tmp_path: Path) -> None:
    script = (
        "import sys; sys.modules['vl_convert'] = None\n"
        "sys.argv = ['calcitrials', 'report', sys.argv[1], '--catalog', sys.argv[2]]\n"
        "from calcitrials.cli import main; main()"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, tmp_path / "report.html", sampled],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    assert "pip install 'calcitrials[report]'" in run.stderr
    assert not (tmp_path / "report.html").exists()
