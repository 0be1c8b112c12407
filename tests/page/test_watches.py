"""Watches: what a publication brings is told once, in the feed and by every channel, whatever dies meanwhile."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from lxml import etree

from calcitrials.watches import Watched, WatchFile
from crawler.samples.server import serve
from db.catalogue import Catalogue
from matcher import Matcher
from tests.page.conftest import Served, serving
from tests.support.ctgov_answers import study, write_lines
from tests.support.running import calcitrials, environment

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def record(number: int, title: str) -> dict[str, Any]:
    made = study(f"NCT0888800{number}", briefTitle=title)
    made["protocolSection"] |= {
        "conditionsModule": {"conditions": ["Calcinosis"]},
        "statusModule": {"overallStatus": "RECRUITING", "lastUpdatePostDateStruct": {"date": "2026-11-01"}},
    }
    return made


def titles(served: Served, address: str) -> list[str]:
    feed = etree.fromstring(served.get(address + "/feed").content)
    return [str(one.text) for one in feed.iterfind("a:entry/a:title", ATOM)]


def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.2)
    assert holds()


def published(catalog: Path, folder: Path, records: list[dict[str, Any]], **more: str) -> None:
    """Crawl these records and publish."""
    with serve("ctgov", records={"ctgov": write_lines(folder / "records.jsonl", records)}) as urls:
        arguments = [argument for one in records for argument in ("--id", _id(one))]
        env = environment(urls, **more)
        run = calcitrials("crawl", "ctgov", "--delay", "0", "--catalog", catalog, *arguments, env=env)
    assert run.status == 0, run.err


def _id(one: dict[str, Any]) -> str:
    return str(one["protocolSection"]["identificationModule"]["nctId"])


def test_a_watch_tells_new_and_changed_trials_once(page_catalog: Path, tmp_path: Path) -> None:
    catalog = tmp_path / "catalog"
    shutil.copytree(page_catalog, catalog, symlinks=True)
    with serving(catalog, tmp_path) as served:
        begun = served.post("/watches/new", {"condition": "calcinosis", "open": "1"})
        assert begun.status_code == 303, begun.text
        address = begun.headers["location"]
        assert titles(served, address) == []
        published(catalog, tmp_path, [record(1, "The first one")])
        until(lambda: len(titles(served, address)) == 1)
        assert titles(served, address)[0].startswith("new: The first one")
        published(catalog, tmp_path, [record(1, "The first one, changed"), record(2, "The second one")])
        until(lambda: len(titles(served, address)) == 3)
        published(catalog, tmp_path, [record(2, "The second one")])
        time.sleep(2)
        kinds = sorted(title.partition(":")[0] for title in titles(served, address))
        assert kinds == ["changed", "new", "new"]
        shown = served.get(address).text
        assert "The second one" in shown
        assert served.post(address + "/delete", {}).status_code == 303
        assert served.get(address).status_code == 404
        assert served.get(address + "/feed").status_code == 404


def test_only_a_condition_is_watched(served: Served) -> None:
    for condition in ("my patient Mrs Zzyx with a rash", "MS", ""):
        answer = served.post("/watches/new", {"condition": condition})
        assert answer.status_code == 422, condition
    assert served.post("/watches/new", {"condition": "gout", "country": "Atlantis"}).status_code == 422
    watched = served.post("/watches/new", {"condition": "MeSH:Gout", "country": "FR"})
    if watched.status_code == 303:
        assert "France" in served.get(watched.headers["location"]).text


def test_a_run_that_dies_loses_nothing_and_tells_nothing_twice(page_catalog: Path, tmp_path: Path) -> None:
    """The program is killed at many moments while it writes down and delivers; the last run is left alone."""
    catalog, data, mail = tmp_path / "catalog", tmp_path / "data", tmp_path / "mail"
    shutil.copytree(page_catalog, catalog, symlinks=True)
    file = WatchFile(data)
    with Catalogue(catalog).connect() as connection:
        opened = Matcher.open(connection)
        concept = opened.terminology.place_of["MONDO:0002123"]
        watched = Watched(opened)
        label = opened.terminology.labels[concept]
        watch = file.add(watched, opened.terminology.ids[concept], label, None, False)
    published(catalog, tmp_path, [record(number, f"Number {number}") for number in range(1, 8)])
    env = environment(CALCITRIALS_WATCH_MAIL=str(mail), CALCITRIALS_PAGE_DATA=str(data))
    told = "from calcitrials.watch_delivery import tell_watches; from db.catalogue import Catalogue; import sys\n"
    told += "print('ready', flush=True); tell_watches(Catalogue(sys.argv[1]))"
    for wait_s in (0.2, 0.6, 1.0, 1.4, 1.8):
        command = [sys.executable, "-c", told, str(catalog)]
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as program:
            assert program.stdout is not None
            program.stdout.readline()
            time.sleep(wait_s)
            os.kill(program.pid, signal.SIGKILL)
    assert subprocess.run([sys.executable, "-c", told, str(catalog)], env=env, check=False).returncode == 0
    entries = file.entries(watch.id)
    assert sorted(entry.trial_id for entry in entries) == [f"NCT0888800{number}" for number in range(1, 8)]
    messages = [path.read_text() for path in mail.glob("*.eml")]
    numbers = [re.search(r"Message-ID: <(\d+)\.", message, re.IGNORECASE) for message in messages]
    assert sorted(int(one[1]) for one in numbers if one) == sorted(entry.number for entry in entries)
    assert not list(mail.glob("*.tmp"))


def test_a_webhook_that_fails_is_told_later(page_catalog: Path, tmp_path: Path) -> None:
    catalog, data = tmp_path / "catalog", tmp_path / "data"
    shutil.copytree(page_catalog, catalog, symlinks=True)
    file = WatchFile(data)
    with Catalogue(catalog).connect() as connection:
        opened = Matcher.open(connection)
        watch = file.add(Watched(opened), "MONDO:0002123", "Calcinosis", None, False)
    received: list[tuple[str | None, dict[str, Any]]] = []
    refused = [True]

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if not refused[0]:
                received.append((self.headers["idempotency-key"], json.loads(body)))
            self.send_response(500 if refused[0] else 204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        hook = {
            "CALCITRIALS_WATCH_WEBHOOK": f"http://127.0.0.1:{server.server_address[1]}/hook",
            "CALCITRIALS_PAGE_DATA": str(data),
        }
        published(catalog, tmp_path, [record(1, "Told later")], **hook)
        assert received == []
        refused[0] = False
        published(catalog, tmp_path, [record(2, "Told with it")], **hook)
        server.shutdown()
    assert [told["entry"]["title"] for _, told in received] == ["Told later", "Told with it"]
    assert len({key for key, _ in received}) == 2
    assert watch.id not in json.dumps(received)
