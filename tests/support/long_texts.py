"""Texts made to be slow to read, where a value stands in a real payload; and a limit of processor time."""

import json
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from types import FrameType

REPEATED = (
    " ", "\u00a0", "1", "a", "A", "(", ")", "-", "- ", "\n", "\t\n", "1. ", "2018-", "NCT", "ISRCTN", "NCT0358280",
    " ;", ".", "a@", "years ", "1 year ", "18 to ", "http://", "<b", "< ", "<br ", "&", "/", ",", "ä", "• ", "≥ 18 ",
    "[", "ORPHA ", "C10.",
)  # fmt: skip
"""What patterns stumble over when there is much of it."""


@contextmanager
def within_cpu(seconds: float) -> Iterator[None]:
    """Raises TimeoutError in the block when it takes more time of the processor than this."""

    def too_long(_: int, __: FrameType | None) -> None:
        raise TimeoutError(f"more than {seconds} s of the processor")

    before = signal.signal(signal.SIGPROF, too_long)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _csv(text: str) -> str:
    return text.replace('"', "").replace(",", " ").replace("\n", " ")


def _one_line(text: str) -> str:
    return text.replace("\n", " ")


_VALUES: dict[str, tuple[str, Callable[[str], str]]] = {
    ".json": (r':\s*"((?:[^"\\]|\\.)*)"', _json),
    ".xml": (r'>([^<>]*[^<>\s][^<>]*)<|="([^"]*)"', escape),
    ".html": (r'>([^<>]*[^<>\s][^<>]*)<|="([^"]*)"', escape),
    ".csv": (r'([^,"\n]{3,})', _csv),
    ".txt": (r"(?m)^[^:\n]+: (.*)$", _one_line),
}


def values(payload: str, suffix: str) -> list[tuple[int, int]]:
    """Where the values of a payload stand. suffix: of its file, which says its form."""
    found = re.finditer(_VALUES[suffix][0], payload)
    return [match.span(match.lastindex or 0) for match in found]


def lengthened(payload: str, suffix: str, value: tuple[int, int], repeated: str, length: int, keeps: bool) -> str:
    """The payload with a value that is so long. keeps: behind what it was, and with a letter at its end."""
    start, end = value
    filling = (repeated * (length // len(repeated) + 1))[:length]
    if keeps:
        filling = payload[start:end] + filling + "x"
    return payload[:start] + _VALUES[suffix][1](filling) + payload[end:]
