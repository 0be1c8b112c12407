"""Registries that answer in another encoding, form or length than they say: nothing is lost by it."""

import gzip
import re
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.samples import drks, listing
from crawler.samples.server import serve
from tests.support import faults
from tests.support.faults import Rule, Seen, always, faulty
from tests.support.running import calcitrials, environment, trial_ids

ASKED = {
    "ctgov": ("--all",),
    "ctis": ("--all",),
    "isrctn": ("--all",),
    "euctr": ("--all",),
    "drks": tuple(word for one in drks.KNOWN_IDS for word in ("--id", one)),
    "listing": tuple(word for one in listing.KNOWN_IDS for word in ("--id", one)),
}


def is_answer(request: Seen) -> bool:
    return request.path != "/robots.txt"


def called(charset: str, change: Callable[[bytes], bytes] = bytes, encoding: str = "") -> faults.Fault:
    """The registry's answer, changed, with a header that names this charset and this content encoding."""

    def play(exchange: faults.Exchange) -> None:
        answer = exchange.answer()
        kind = next(value for name, value in answer.headers.items() if name.lower() == "content-type")
        headers = {"Content-Type": f"{kind.partition(';')[0]}; charset={charset}"}
        if encoding:
            headers["Content-Encoding"] = encoding
        exchange.send(faults.Answer(change(answer.body), answer.status, headers))

    return play


def dressed(body: bytes) -> bytes:
    """Blank lines around the answer, and its counts as texts."""
    return b"\r\n" + re.sub(rb'("(?:totalCount|totalRecords)": ?)(\d+)', rb'\1"\2"', body) + b"\r\n"


FAULTS = {
    "UTF-16": called("utf-16", lambda body: body.decode().encode("utf-16")),
    "a byte order mark": called("iso-8859-1", lambda body: gzip.compress(b"\xef\xbb\xbf" + body), "gzip"),
    "a header that names another": called("utf-16", lambda body: zlib.compress(dressed(body)), "deflate"),
}


@pytest.mark.parametrize("registry", ASKED)
def test_all_is_received(registry: str, tmp_path: Path) -> None:
    received = {}
    with serve(registry) as urls:
        for name, fault in {"as it is": called("utf-8"), **FAULTS}.items():
            with faulty(urls[registry], [Rule(fault, always, is_answer)]) as proxy:
                catalog = ("--catalog", tmp_path / name)
                env = environment({registry: proxy.url})
                ended = calcitrials("crawl", registry, "--delay", "0", *catalog, *ASKED[registry], env=env)
            assert ended.status == 0, (name, ended.err)
            received[name] = trial_ids(tmp_path / name)
    assert all(trials == received["as it is"] != set() for trials in received.values())
