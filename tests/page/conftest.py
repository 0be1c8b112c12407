"""A page over the sample records, served by the installed program, and a real browser in front of it."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from crawler.samples.server import serve
from tests.support.ctgov_answers import study, write_lines
from tests.support.running import crawl, environment

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
HOSTILE = "NCT09999999"
HOSTILE_TITLE = "<script>document.title='owned'</script><img src=x onerror=alert(1)> of calcinosis"
STARTS_S = 120.0


class Served(NamedTuple):
    """A running page. url: without a slash at its end; log: what it prints; data: what visitors leave."""

    url: str
    catalog: Path
    data: Path
    log: Path

    def get(self, path: str, **headers: str) -> httpx.Response:
        return httpx.get(self.url + path, headers=headers, timeout=60)

    def post(self, path: str, fields: dict[str, Any], **headers: str) -> httpx.Response:
        return httpx.post(self.url + path, data=fields, headers=headers, timeout=60)


@contextmanager
def serving(catalog: Path, folder: Path, *arguments: str, **more: str) -> Iterator[Served]:
    """Run ``calcitrials serve`` on a free port until the block ends."""
    data, log = folder / "data", folder / "serve.log"
    program = str(Path(sys.executable).with_name("calcitrials"))
    command = [program, "serve", "--port", "0", "--catalog", str(catalog), "--data", str(data), *arguments]
    with (
        log.open("wb") as out,
        subprocess.Popen(command, env=environment(None, **more), stdout=out, stderr=out) as process,
    ):
        try:
            yield Served(_address(process, log), catalog, data, log)
        finally:
            process.terminate()


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    until = time.monotonic() + STARTS_S
    while time.monotonic() < until and process.poll() is None:
        if found := re.search(r"http://[\d.]+:\d+", log.read_text()):
            try:
                httpx.get(found[0] + "/healthy", timeout=30)
            except httpx.TransportError:
                time.sleep(0.1)
                continue
            return found[0]
        time.sleep(0.05)
    raise AssertionError(f"the page does not start: {log.read_text()}")


def hostile_record() -> dict[str, Any]:
    """A record whose texts try to be markup and whose links try to be scripts."""
    made = study(HOSTILE, briefTitle=HOSTILE_TITLE)
    made["protocolSection"] |= {
        "conditionsModule": {"conditions": ["Calcinosis", "<b onclick=alert(1)>bold</b>"]},
        "descriptionModule": {"briefSummary": "</p><script>alert(2)</script> Summary."},
        "contactsLocationsModule": {
            "overallOfficials": [{"name": "<b>Ada</b> Tester", "role": "PRINCIPAL_INVESTIGATOR"}],
            "centralContacts": [{"name": "<u>Desk</u>", "role": "CONTACT", "email": "desk@hospital.example"}],
            "locations": [{"facility": "<i>Hospital</i>", "city": "Limoges", "country": "France"}],
        },
        "armsInterventionsModule": {
            "armGroups": [
                {"label": "<i>Injected</i>", "type": "EXPERIMENTAL"},
                {"label": "Sham", "type": "SHAM_COMPARATOR"},
            ],
            "interventions": [{"type": "DRUG", "name": "<b>Thiosulfate</b>"}],
        },
        "outcomesModule": {"primaryOutcomes": [{"measure": "<u>Pain</u>", "timeFrame": "1 year"}]},
        "referencesModule": {"seeAlsoLinks": [{"label": "press", "url": "javascript:alert(3)"}]},
        "eligibilityModule": {
            "eligibilityCriteria": "Inclusion Criteria:\n\n* <i>Calcinosis</i>\n* Age 18 or over\n\n"
            "Exclusion Criteria:\n\n* Pregnancy <script>alert(4)</script>"
        },
    }
    return made


@pytest.fixture(scope="session")
def page_catalog(sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample records of ClinicalTrials.gov, and one that is hostile."""
    folder = tmp_path_factory.mktemp("page") / "catalog"
    assert crawl(folder, sample_url).status == 0
    records = write_lines(folder.parent / "hostile.jsonl", [hostile_record()])
    with serve("ctgov", records={"ctgov": records}) as urls:
        assert crawl(folder, urls["ctgov"], "--id", HOSTILE).status == 0
    return folder


@pytest.fixture(scope="session")
def served(page_catalog: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(page_catalog, tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture(scope="module")  # while it runs, a loop of asyncio runs in this thread, where others need their own
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield found
        found.close()
