"""Records of registries that answer in JSON, read as their types say although a server wrote them a little otherwise.

A null where an absent key is meant, a number as text or a text as number, a word for yes or no, one thing where a list
of them is usual, bytes that are no UTF-8: none of it hides what the record says, and none of it costs the record. What
cannot be meant as its type says (a count "many") is left out and counted, as long as the trial keeps id and title.
"""

import codecs
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from crawler.formats.encodings import utf8
from crawler.wording import words
from db.trial import Trial

_MISMATCH = re.compile(r"(?:Expected `(?P<expected>[^`]+)`)?.* - at `\$(?P<path>[^`]+)`", re.S)
_INDEX = re.compile(r"\[\d+\]")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")
_MOST_MENDED = 1000
_SIGN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.S)
_WORD = re.compile(r"[^\s,:\]}]+")
_lists = msgspec.json.Decoder(list[msgspec.Raw])
_objects = msgspec.json.Decoder(dict[str, msgspec.Raw])
_Record = TypeVar("_Record")

DAMAGE = (msgspec.DecodeError, UnicodeDecodeError, ValueError, OverflowError, RecursionError)
"""What reading a record raises where it is none."""


def decode(decoder: msgspec.json.Decoder[_Record], record: bytes, unreadable: Counter[str]) -> _Record:
    """The record as the decoder's type. Raises one of DAMAGE.

    unreadable: counts the values that are left out because they cannot be meant as their type says.
    """
    try:
        return decoder.decode(record)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _mended(plain(record), decoder.type, unreadable)


def titled(trial: Trial, unreadable: Counter[str]) -> Trial:
    """The trial of a record with values left out. Raises ValueError where it has no title, as one may be among them."""
    if unreadable and not (trial.brief_title or trial.official_title):
        raise ValueError(f"the record cannot be read: {next(iter(unreadable))}")
    return trial


def records(body: bytes, key: str | None = None) -> Sequence[bytes]:
    """The records of an answer as they stand: of the list under the key, or that it is where there is no key.

    The body itself where it is neither.
    """
    if not key and body.lstrip()[:1] == b"{":
        return [body]
    try:
        if not key:
            return _lists.decode(body)
        held = _objects.decode(body)
        return _lists.decode(held[key]) if key in held else [body]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    whole = utf8(body) if 0 in body[:4] else body.removeprefix(codecs.BOM_UTF8)
    try:
        return _cut(whole.decode("utf-8", "surrogateescape"), key)
    except (ValueError, IndexError, RecursionError):
        return [body]


def _cut(text: str, key: str | None) -> list[bytes]:
    """The same where the answer holds what JSON forbids. Raises ValueError or IndexError for what is no JSON at all."""
    at = _after_blanks(text, 0)
    if key:
        at = _value_of(text, at, key)
    if text[at] != "[":
        raise ValueError("no list of records")
    found = []
    at = _after_blanks(text, at + 1)
    while text[at] != "]":
        end = _end_of(text, at)
        found.append(text[at:end].encode("utf-8", "surrogateescape"))
        at = _after_mark(text, end, ",")
    return found


def _value_of(text: str, at: int, key: str) -> int:
    """Where the value of the key of an object begins."""
    if text[at] != "{":
        raise ValueError("no object")
    at = _after_blanks(text, at + 1)
    while text[at] != "}":
        end = _end_of(text, at)
        name, at = text[at:end], _after_mark(text, end, ":")
        if name == f'"{key}"':
            return at
        at = _after_mark(text, _end_of(text, at), ",")
    raise ValueError(f"no key {key!r}")


def _end_of(text: str, at: int) -> int:
    """Where a value ends, however deep it is. Raises ValueError where it has no end."""
    if text[at] not in '"[{':
        word = _WORD.match(text, at)
        if word is None:
            raise ValueError("no value")
        return word.end()
    depth = 0
    for sign in _SIGN.finditer(text, at):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(sign[0], 0)
        if depth <= 0:
            return sign.end()
    raise ValueError("a value without an end")


def without_records(body: bytes, key: str) -> bytes:
    """An answer with an empty list under the key: what it says of its records as a whole. Raises ValueError."""
    text = body.decode("utf-8", "surrogateescape")
    try:
        start = _value_of(text, _after_blanks(text, 0), key)
        return (text[:start] + "[]" + text[_end_of(text, start) :]).encode("utf-8", "surrogateescape")
    except IndexError:
        raise ValueError("the answer has no end") from None


def _after_blanks(text: str, at: int) -> int:
    while text[at] in " \t\r\n":
        at += 1
    return at


def _after_mark(text: str, at: int, mark: str) -> int:
    at = _after_blanks(text, at)
    return _after_blanks(text, at + 1) if text[at] == mark else at


def plain(record: bytes) -> Any:
    """The record as plain values; what JSON forbids and servers write (NaN, control characters) is let through.

    Raises one of DAMAGE.
    """
    record = bytes(record)
    try:
        return msgspec.json.decode(record)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        try:
            value = json.loads(utf8(record), strict=False, parse_constant=lambda name: None)
        except json.JSONDecodeError:
            raise error from None
    text = json.dumps(value, ensure_ascii=False)
    # half of a pair of \ud83d\ude00 is no character
    return json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _mended(value: Any, record_type: type[_Record], unreadable: Counter[str]) -> _Record:
    value = _without_nulls(value)
    for _ in range(_MOST_MENDED):
        try:
            return msgspec.convert(value, record_type, strict=False)
        except msgspec.ValidationError as error:
            mismatch = _MISMATCH.fullmatch(str(error))
            if mismatch is None or "missing required field" in str(error):
                raise
            steps = [key or int(number) for key, number in _STEP.findall(mismatch["path"])]
            holder, last = value, steps[-1]
            for step in steps[:-1]:
                holder = holder[step]
            found, expected = holder[last], (mismatch["expected"] or "").split(" | ")
            if not _mend(holder, last, expected):
                unreadable[f"{_INDEX.sub('', mismatch['path'].lstrip('.'))}: {str(found)[:80]}"] += 1
                del holder[last]
            elif isinstance(last, str):  # what a server writes otherwise it writes so in every place
                for other in _alike(value, steps[:-1]):
                    if type(other.get(last)) is type(found):
                        _mend(other, last, expected)
    raise ValueError(f"more than {_MOST_MENDED} values are not of their type")


def _alike(value: Any, steps: Sequence[str | int]) -> Iterator[dict[str, Any]]:
    """The objects under the same keys, at whatever place of a list."""
    if not steps:
        yield from [value] if isinstance(value, dict) else []
    elif isinstance(value, list):
        for part in value if isinstance(steps[0], int) else ():
            yield from _alike(part, steps[1:])
    elif isinstance(value, dict) and steps[0] in value:
        yield from _alike(value[steps[0]], steps[1:])


def _without_nulls(value: Any) -> Any:
    """The value without its nulls: a null key is as good as an absent one, and a null in a list says nothing."""
    if isinstance(value, dict):
        return {key: _without_nulls(part) for key, part in value.items() if part is not None}
    if isinstance(value, list):
        return [_without_nulls(part) for part in value if part is not None]
    return value


def _mend(holder: Any, key: str | int, expected: list[str]) -> bool:
    """Write the value under the key as the type that is expected there; False where it cannot be meant so."""
    found = holder[key]
    if found in ("", [], {}):
        del holder[key]
    elif "array" in expected:
        holder[key] = [found]
    elif isinstance(found, list) and len(found) == 1:
        holder[key] = found[0]
    elif (meant := _meant(found, expected)) is not None:
        holder[key] = meant
    else:
        return False
    return True


def _meant(found: Any, expected: list[str]) -> str | int | bool | None:
    """The text, number or truth value that a value of another type means; None where it means none."""
    if "str" in expected and isinstance(found, int | float):
        return json.dumps(found)
    if "str" in expected and isinstance(found, list) and all(isinstance(line, str) for line in found):
        return "\n".join(found)
    if "int" in expected and isinstance(found, float) and found.is_integer():
        return int(found)
    if "int" in expected and isinstance(found, str):
        return words.count(found)
    if "bool" in expected and isinstance(found, str):
        return words.yes_or_no(found)
    return None
