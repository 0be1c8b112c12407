"""Damage to real payloads, as hypothesis strategies: what a reader must survive."""

from typing import Any

from hypothesis import strategies as st

JUNK = [
    b"",
    b"\x00",
    b"\xff\xfe",
    b"<",
    b"&",
    b'"',
    b"null",
    b"{}",
    b"[",
    b"\r\n",
    "\u2028".encode(),
    b"9" * 400,
    b": ",
]


@st.composite
def damaged(draw: st.DrawFn, payload: bytes) -> bytes:
    """The payload with one to four spans cut out, doubled or replaced by junk, or its end missing."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(payload)))
        end = min(len(payload), at + draw(st.integers(0, 2000)))
        span = draw(st.sampled_from([*JUNK, payload[at:end] * 2]))
        payload = payload[:at] + span + payload[end:]
    return payload[: draw(st.integers(0, len(payload)))] if draw(st.booleans()) else payload


def nodes(value: Any) -> list[tuple[Any, Any]]:
    """Every place inside a JSON value: its container with the key or index."""
    found = []
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        found.append((value, key))
        found += nodes(value[key])
    return found
