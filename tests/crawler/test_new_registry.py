"""A new registry is one spider, one reader and one fixture folder, and no other file changes."""

import os
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from tests.support.running import ROOT, environment, rows

SPIDER = '''
"""Spider of a registry that exists in this test alone."""

import scrapy

from crawler.registry_spider import RegistrySpider


class DummySpider(RegistrySpider):
    """All trials are on one page."""

    name = "dummy"
    default_url = "https://dummy.example"

    async def start(self):
        """Ask for the page."""
        yield scrapy.Request(self.base_url + "/trials", self.parse_trials, errback=self.failed)

    def parse_trials(self, response):
        """Hand it over."""
        self.expected = 1
        yield self.payload(response)
'''
READER = '''
"""Reader of a registry that exists in this test alone."""

from db.payload import Payload, Reading
from db.trial import Condition, Provenance, Trial, sha256


def read(payload: Payload) -> Reading:
    """One trial a line: id and condition."""
    trials = []
    for line in payload.body.decode().splitlines():
        trial_id, condition = line.split(";")
        provenance = Provenance(payload.url, payload.fetched_at, sha256(line.encode()))
        trials.append(
            Trial(trial_id=trial_id, registry="dummy", url=payload.url, conditions=(Condition(condition),),
                  provenance=provenance)
        )
    return Reading(trials, [])
'''
BODY = b"DUMMY1;calcinosis cutis"
EXPECTED = """{"trials": [{"trial_id": "DUMMY1", "registry": "dummy", "url": "https://registry.example/dummy/one",
"conditions": [{"condition": "calcinosis cutis"}],
"provenance": {"source_url": "https://registry.example/dummy/one", "fetched_at": "2026-11-22T00:00:00Z",
"payload_sha256": "HASH"}}], "rejects": []}"""


class Registry(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found = self.path == "/trials"
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(BODY if found else b"")

    def log_message(self, *_: object) -> None:
        """Quiet."""


def test_three_new_places_and_no_other(tmp_path: Path) -> None:
    import hashlib

    house = tmp_path / "house"
    for room in ("calcitrials", "crawler", "db", "matcher", "tests"):
        shutil.copytree(ROOT / room, house / room, ignore=shutil.ignore_patterns("__pycache__"))
    before = {path for path in house.rglob("*") if path.is_file()}
    (house / "crawler/spiders/dummy.py").write_text(SPIDER)
    (house / "crawler/readers/dummy.py").write_text(READER)
    case = house / "tests/fixtures/dummy/one"
    case.mkdir(parents=True)
    (case / "payload.txt").write_bytes(BODY)
    (case / "expected.json").write_text(EXPECTED.replace("HASH", hashlib.sha256(BODY).hexdigest()))
    added = {path.relative_to(house).as_posix() for path in house.rglob("*") if path.is_file()} - {
        path.relative_to(house).as_posix() for path in before
    }
    assert {name.split("/one/")[0] for name in added} == {
        "crawler/spiders/dummy.py", "crawler/readers/dummy.py", "tests/fixtures/dummy"
    }  # fmt: skip

    with HTTPServer(("127.0.0.1", 0), Registry) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_address[1]}"
            env = environment({"dummy": url}, PYTHONPATH=os.fspath(house))
            program = "from calcitrials.cli import main; main()"
            arguments = ["crawl", "dummy", "--delay", "0", "--catalog", str(tmp_path / "catalog")]
            subprocess.run([sys.executable, "-c", program, *arguments], env=env, cwd=house, check=True, timeout=300)
        finally:
            server.shutdown()
            thread.join()
    assert rows(tmp_path / "catalog", "SELECT trial_id, registry FROM trials") == [("DUMMY1", "dummy")]

    tests = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_readers.py", "-k", "dummy"]
    run = subprocess.run(
        [sys.executable, *tests], env=env, cwd=house, capture_output=True, text=True, timeout=300, check=False
    )
    assert run.returncode == 0, run.stdout
    assert "1 passed" in run.stdout
