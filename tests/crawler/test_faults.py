"""The fault proxy itself, so that a test that passes behind it has met the fault it names."""

import http.client
import socket
import urllib.error
import urllib.request

import pytest

from crawler.samples.server import serve
from tests.support import faults
from tests.support.faults import Rule, always, faulty, nth, path_ends


@pytest.fixture(scope="module")
def upstream():
    with serve("ctgov") as urls:
        yield urls["ctgov"]


def get(url: str, timeout: float = 10.0) -> bytes:
    with urllib.request.urlopen(url, timeout=timeout) as response:
        return bytes(response.read())


def test_what_no_rule_strikes_passes_through_and_is_recorded(upstream: str) -> None:
    with faulty(upstream) as registry:
        request = urllib.request.Request(f"{registry.url}/studies?pageSize=3", headers={"User-Agent": "test/1"})
        with urllib.request.urlopen(request) as response:
            assert response.read() == get(f"{upstream}/studies?pageSize=3")
        (seen,) = registry.requests
        assert (seen.method, seen.path, seen.query) == ("GET", "/api/v2/studies", {"pageSize": "3"})
        assert seen.headers["User-Agent"] == "test/1"


def test_rules_count_the_requests_they_match(upstream: str) -> None:
    rules = [
        Rule(faults.refused(503), nth(2), path_ends("/studies")),
        Rule(faults.instead(b"{}"), nth(2, 3), path_ends("/studies")),
    ]
    with faulty(upstream, rules) as registry:
        whole = get(f"{registry.url}/studies")
        get(f"{registry.url}/version")
        with pytest.raises(urllib.error.HTTPError, match="503") as caught:
            get(f"{registry.url}/studies")
        caught.value.close()
        assert get(f"{registry.url}/studies") == b"{}"
        assert get(f"{registry.url}/studies") == whole


def test_each_fault_is_what_its_name_says(upstream: str) -> None:
    whole = get(f"{upstream}/version")
    with faulty(upstream, [Rule(faults.reset, always)]) as registry, pytest.raises(ConnectionResetError):
        get(f"{registry.url}/version")
    with (
        faulty(upstream, [Rule(faults.silent, always)]) as registry,
        pytest.raises((TimeoutError, socket.timeout, urllib.error.URLError), match="timed out"),
    ):
        get(f"{registry.url}/version", timeout=0.2)
    with faulty(upstream, [Rule(faults.cut(), always)]) as registry:
        assert get(f"{registry.url}/version") == whole[: len(whole) // 2]
    with faulty(upstream, [Rule(faults.broken_off(), always)]) as registry, pytest.raises(http.client.IncompleteRead):
        get(f"{registry.url}/version")
    with faulty(upstream, [Rule(faults.refused(429, "slow down", retry_after="7"))]) as registry:
        with pytest.raises(urllib.error.HTTPError) as caught:
            get(f"{registry.url}/version")
        with caught.value as answer:
            assert (answer.code, answer.headers["Retry-After"], answer.read()) == (429, "7", b"slow down")
    with faulty(upstream, [Rule(faults.rewritten_json(lambda page: page.update(more=1)))]) as registry:
        assert b'"more": 1' in get(f"{registry.url}/version")
    with faulty(upstream, [Rule(faults.web_page)]) as registry:
        assert get(f"{registry.url}/version").startswith(b"<!doctype html>")


def test_smaller_pages_and_redirects_stay_behind_the_proxy(upstream: str) -> None:
    with faulty(upstream, asked_as=lambda target: target.replace("pageSize=1000", "pageSize=2")) as registry:
        assert get(f"{registry.url}/studies?pageSize=1000").count(b'"nctId"') == 2
