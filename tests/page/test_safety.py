"""What of a patient leaves the page (nothing), who may ask, and how much at once."""

import base64
import json
import re
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.page.conftest import HOSTILE, Served, hostile_record, serving
from tests.support.ctgov_answers import write_lines
from tests.support.running import calcitrials, crawl

MARK = "Zzyxwilhelmina"
"""A patient's name, which stands nowhere else."""
TOKEN = "a token of the tests, long enough"


def test_nothing_of_a_patient_is_kept_or_told(page_catalog: Path, tmp_path: Path) -> None:
    """A marked patient goes through every form; then the mark is looked for in everything that the page wrote."""
    catalog = tmp_path / "catalog"
    shutil.copytree(page_catalog, catalog, symlinks=True)
    fields = {
        "diagnosis": f"{MARK} has systemic sclerosis with calcinosis", "age": "47", "sex": "female", "town": "Limoges",
    }  # fmt: skip
    with serving(catalog, tmp_path) as served:
        answers = [
            served.post("/search", fields),
            served.post("/search", {**fields, "age": f"{MARK}"}),
            served.post("/search", {**fields, "language": "fr"}),
            served.post("/suggest", {"typed": MARK}),
            served.post("/trials/NCT03582800/check", fields),
            served.post("/print", {**fields, "chosen": "NCT03582800"}),
            served.post("/watches/new", {**fields, "condition": MARK}),
            served.post(f"/{MARK}", fields),
            httpx.get(f"{served.url}/search?diagnosis={MARK}"),
        ]
        assert MARK in answers[0].text
        for answer in answers:
            assert MARK not in str(answer.headers)
            assert answer.headers["cache-control"] == "no-store"
            for address in re.findall(r'(?:href|src|action|formaction)="([^"]*)"', answer.text):
                assert MARK not in address
        assert MARK not in served.log.read_text()
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_symlink()]
    assert [path for path in kept if MARK.encode() in path.read_bytes()] == []


def test_every_answer_tells_the_browser_what_it_may_do(served: Served) -> None:
    for path in ("/", "/conditions", f"/trials/{HOSTILE}", "/static/page.css", "/nowhere"):
        headers = served.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 400),
        ({"host": "127.0.0.1.evil.example:80"}, 400),
        ({"origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
    ],
)
def test_forms_of_other_sites_and_other_names_are_refused(served: Served, headers: dict[str, str], status: int) -> None:
    assert served.post("/search", {"diagnosis": "gout", "which": "all"}, **headers).status_code == status


def test_what_is_too_large_is_refused_and_the_page_goes_on(served: Served) -> None:
    assert served.post("/search", {"diagnosis": "x" * 600_000}).status_code == 413

    def stream() -> "list[bytes]":
        return [b"diagnosis=" + b"x" * 1000] * 700

    answer = httpx.post(
        served.url + "/search", content=iter(stream()), timeout=60,
        headers={"content-type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    assert answer.status_code == 413
    assert served.get("/healthy").status_code == 200


def test_the_language_cookie_says_the_language_alone(served: Served) -> None:
    answer = served.post("/language", {"language": "fr", "back": "/countries"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/countries")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("calcitrials-language=fr;")
    assert "SameSite=strict" in cookie
    assert "HttpOnly" in cookie
    for away in ("https://evil.example", "//evil.example", "/\\evil.example"):
        assert served.post("/language", {"language": "fr", "back": away}).headers["location"] == "/"


def test_others_are_served_with_a_token_and_tls_alone(page_catalog: Path, tmp_path: Path) -> None:
    run = calcitrials("serve", "--host", "0.0.0.0", "--catalog", page_catalog)
    assert run.status == 2
    assert "CALCITRIALS_TOKEN" in run.error
    assert "TLS" in run.error
    with serving(page_catalog, tmp_path, "--name", "trials.example", CALCITRIALS_TOKEN=TOKEN) as served:
        proxied = {"host": "trials.example", "x-forwarded-proto": "https"}
        assert served.get("/").status_code == 400
        assert served.get("/", host="trials.example").status_code == 403
        assert served.get("/", **proxied).status_code == 401
        to_entrance = served.get("/", **proxied, accept="text/html")
        assert (to_entrance.status_code, to_entrance.headers["location"]) == (303, "/enter")
        assert served.get("/", **proxied, authorization=f"Bearer {TOKEN}").status_code == 200
        basic = base64.b64encode(f"reader:{TOKEN}".encode()).decode()
        assert served.get("/", **proxied, authorization=f"Basic {basic}").status_code == 200
        assert served.get("/", **proxied, authorization="Bearer wrong").status_code == 401
        entered = served.post("/enter", {"token": TOKEN}, **proxied)
        cookie = entered.headers["set-cookie"]
        assert {"HttpOnly", "Secure", "SameSite=strict"} <= {part.strip() for part in cookie.split(";")}
        held = cookie.partition(";")[0]
        assert served.get("/", **proxied, cookie=held).status_code == 200
        assert served.get("/", **proxied, cookie=held[:-1] + "x").status_code == 401
        tries = [served.post("/enter", {"token": "wrong"}, **proxied).status_code for _ in range(12)]
        assert 429 in tries


def test_a_shared_note_is_given_for_its_proof_and_guessing_is_stopped(served: Served) -> None:
    sealed = {"sealed": secrets.token_hex(20), "salt": "c2FsdA==", "proof": "right"}
    shared = httpx.post(served.url + "/notes", json=sealed).json()
    address = served.url + shared["address"]
    assert "c2FsdA==" in httpx.get(address).text
    assert sealed["sealed"] not in httpx.get(address).text
    assert httpx.post(address + "/open", json={"proof": "right"}).json() == {"sealed": sealed["sealed"]}
    guesses = [httpx.post(address + "/open", json={"proof": f"guess {n}"}).status_code for n in range(12)]
    assert guesses[0] == 403
    assert guesses[-1] == 429
    assert httpx.post(address + "/open", json={"proof": "right"}).status_code == 429
    assert httpx.post(address + "/delete", json={"owner": "somebody"}).status_code == 403
    assert httpx.post(address + "/delete", json={"owner": shared["owner"]}).json() == {"deleted": True}
    assert httpx.get(address).status_code == 404
    assert httpx.post(served.url + "/notes", content=b"not json").status_code == 422


def test_a_new_snapshot_is_shown_without_a_failed_request(page_catalog: Path, tmp_path: Path) -> None:
    from crawler.samples.server import serve

    catalog = tmp_path / "catalog"
    shutil.copytree(page_catalog, catalog, symlinks=True)
    changed = hostile_record()
    changed["protocolSection"]["identificationModule"]["briefTitle"] = "Published while the page is open"
    records = write_lines(tmp_path / "changed.jsonl", [changed])
    with serving(catalog, tmp_path) as served, serve("ctgov", records={"ctgov": records}) as urls:
        before = json.loads(served.get("/healthy").text)["snapshot"]
        code = (
            "import sys, time, urllib.request as r\n"
            "until = time.time() + 60\n"
            "while time.time() < until and 'stop' not in (open(sys.argv[2]).read()):\n"
            "    print(r.urlopen(sys.argv[1], timeout=30).status)\n"
            "    time.sleep(0.02)\n"
        )
        switch = tmp_path / "switch"
        switch.write_text("")
        asking = [sys.executable, "-c", code, f"{served.url}/trials/{HOSTILE}", str(switch)]
        with subprocess.Popen(asking, stdout=subprocess.PIPE, text=True) as program:
            assert crawl(catalog, urls["ctgov"], "--id", HOSTILE).status == 0
            until = time.monotonic() + 50
            while json.loads(served.get("/healthy").text)["snapshot"] == before and time.monotonic() < until:
                time.sleep(0.1)
            switch.write_text("stop")
            statuses = set(program.communicate()[0].split())
        assert program.returncode == 0
        assert statuses == {"200"}
        assert "Published while the page is open" in served.get(f"/trials/{HOSTILE}").text


def test_an_empty_catalogue_is_said_and_filled_later(page_catalog: Path, tmp_path: Path) -> None:
    catalog = tmp_path / "catalog"
    with serving(catalog, tmp_path) as served:
        answer = served.get("/conditions")
        assert answer.status_code == 503
        assert "Nothing is published yet" in answer.text
        shutil.copytree(page_catalog, catalog, symlinks=True)
        until = time.monotonic() + 60
        while served.get("/conditions").status_code != 200 and time.monotonic() < until:
            time.sleep(0.2)
        assert served.get("/conditions").status_code == 200
