"""The text of an answer: what the bytes tell goes before what they are said to be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.formats.encodings import decoded, utf8, utf8_xml

CASES = [
    ("é", "utf-8", "iso-8859-1"),
    ("é", "utf-8-sig", "iso-8859-1"),
    ("é", "iso-8859-1", "utf-8"),
    ("é", "iso-8859-1", None),
    ("é", "iso-8859-1", "no such encoding"),
    ("Mü – €5", "cp1252", "iso-8859-1"),
    ("žluť", "cp1250", "windows-1250"),
    ("日本", "shift_jis", "shift_jis"),
    ("日本", "iso2022_jp", "iso-2022-jp"),
    ("<é>", "utf-16", "utf-8"),
    ("<é>", "utf-16-le", None),
    ("<é>", "utf-16-be", "utf-8"),
    ("<é>", "utf-32", None),
    ("abcd", "ascii", "utf-16"),
    ("a+AGE-", "ascii", "utf-7"),
    ("ab", "ascii", "hex"),
]


@pytest.mark.parametrize(("text", "encoding", "declared"), CASES)
def test_the_text_is_found(text: str, encoding: str, declared: str | None) -> None:
    assert decoded(text.encode(encoding), declared) == text


def test_a_few_wrong_bytes_do_not_spoil_the_others() -> None:
    assert decoded("éèà".encode() + b"\xe9 a", "iso-8859-1") == "éèà\ufffd a"


@given(st.binary(max_size=200), st.sampled_from([None, "utf-8", "iso-8859-1", "shift_jis", "utf-16", "idna", "zip"]))
def test_any_bytes_are_a_text(body: bytes, declared: str | None) -> None:
    assert utf8(body, declared).decode() == decoded(body, declared).encode("utf-8", "replace").decode()


@given(st.text())
def test_utf_8_stays_as_it_is(text: str) -> None:
    assert utf8(("ab" + text).encode()) == ("ab" + text).encode()


def test_an_xml_declaration_that_no_longer_holds_goes() -> None:
    document = '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'
    assert utf8_xml(document.encode("iso-8859-1")) == utf8_xml(document.encode()) == "<a>é</a>".encode()
