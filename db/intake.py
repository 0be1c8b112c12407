"""What no text of a registry may bring into a record, a terminal or a page: signs that steer instead of being read.

Control characters (escape sequences for a terminal), the C1 controls and the marks that turn the direction of writing
(Unicode 16.0, chapter 23.2 and UAX 9) are left out of records; the payload keeps them.
"""

import re
from typing import Any, TypeVar

import msgspec

LEFT_OUT = "control or direction characters left out"
BAD_ADDRESS = "address that is no web address left out"
_STEERING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_STEERING_IN_JSON = re.compile(
    rb"\\u00[01]|\\[bf]|\x7f|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]|\xd8\x9c"
)
_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.I)
_NO_ADDRESS = re.compile(rb'"[a-z_]*url":"(?!https?://|")', re.I)
# the page of a listing site is known by its host and path
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z ./_:()-]{0,99}|listing:[0-9A-Za-z./_:@%~+,;=()-]{1,400}")
_Record = TypeVar("_Record", bound=msgspec.Struct)


def readable(text: str) -> str:
    """The text without signs that steer."""
    return _STEERING.sub("", text)


def is_id(text: str) -> bool:
    """Whether a text can be a registry's number: letters, digits and a few marks, 100 at most; a page's may
    be longer."""
    return _ID.fullmatch(text) is not None


def is_suspicious(line: bytes) -> bool:
    """Whether a record in JSON may hold what ``cleaned`` leaves out; quick, and sometimes wrong in saying so."""
    return _STEERING_IN_JSON.search(line) is not None or _NO_ADDRESS.search(line) is not None


def cleaned(record: _Record) -> tuple[_Record, list[str]]:
    """A record without signs that steer and without addresses that are none of the web; what was left out, in words."""
    found: list[str] = []
    plain = _cleaned(msgspec.to_builtins(record, builtin_types=()), found)
    return (msgspec.convert(plain, type(record)), found) if found else (record, found)


def _cleaned(value: Any, found: list[str], key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _cleaned(part, found, name) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(part, found, key) for part in value]
    if not isinstance(value, str):
        return value
    text = readable(value)
    if text != value:
        found.append(f"{key}: {LEFT_OUT}")
    if text and key.endswith("url") and not _ADDRESS.fullmatch(text):
        found.append(f"{key}: {BAD_ADDRESS}")
        return ""
    return text
