"""The text of an answer, whatever it says about its encoding.

Declarations lie: pages that call themselves ISO-8859-1 and are UTF-8, files that say UTF-8 and are Windows-1252. The
bytes tell: hardly any text of another encoding with letters beyond ASCII happens to be valid UTF-8.
"""

import re

from w3lib.encoding import html_body_declared_encoding, read_bom, resolve_encoding

# Two ASCII signs in UTF-16 without a mark: which of four bytes are zero.
_UNMARKED: dict[tuple[bool, ...], str] = {
    (False, True, False, True): "utf-16-le",
    (True, False, True, False): "utf-16-be",
}
# Encodings of seven bits, whose bytes are valid UTF-8 and mean something else there.
_SHIFTED = ("iso2022", "hz")
# Codecs of Python that are no encoding of an answer.
_ESCAPES = ("unicode-escape", "raw-unicode-escape")
_XML_DECLARATION = re.compile(r"(?<!\s)\s*+<\?xml\b[^>]*\?>")
_LONGEST_DECLARATION = 256


def decoded(body: bytes, declared: str | None = None) -> str:
    """The text by its byte order mark, as UTF-8 where it is valid, as declared, at last as Windows-1252.

    A text that is UTF-8 but for a few bytes stays so, with U+FFFD for those. Latin-1 is read as Windows-1252, as
    browsers do.
    """
    marked, mark = read_bom(body)
    if marked and mark:
        return body[len(mark) :].decode(marked, "replace")
    if (order := _UNMARKED.get(tuple(byte == 0 for byte in body[:4]))) is not None:
        return body.decode(order, "replace")
    name = _codec(declared)
    shifted = (name,) if name.startswith(_SHIFTED) else ()
    for encoding in (*shifted, "utf-8"):
        try:
            return body.decode(encoding)
        except UnicodeError:
            continue
    text = body.decode("utf-8", "replace")
    wrong, beyond = text.count("\ufffd"), sum(map(len, re.findall(r"[^\x00-\x7f]+", text)))
    if wrong * 2 < beyond:
        return text
    try:
        return body.decode(name)
    except UnicodeError:
        return body.decode("cp1252", "replace")


def utf8(body: bytes, declared: str | None = None) -> bytes:
    """The body in UTF-8 without a byte order mark; the same bytes where they are that already."""
    return body if body.isascii() and b"\0" not in body[:4] else decoded(body, declared).encode("utf-8", "replace")


def utf8_xml(body: bytes) -> bytes:
    """An XML document in UTF-8, without its declaration where that no longer holds."""
    name = html_body_declared_encoding(body[:_LONGEST_DECLARATION])
    if body.isascii() and not _codec(name).startswith(_SHIFTED) and b"\0" not in body[:4]:
        return body
    return _XML_DECLARATION.sub("", decoded(body, name), count=1).encode("utf-8", "replace")


def _codec(declared: str | None) -> str:
    """The codec of a declared encoding; Windows-1252 for one that is unknown or that the bytes do not bear out."""
    name = resolve_encoding(declared or "") or "cp1252"
    try:
        b"a".decode(name)
    except (LookupError, UnicodeError):
        return "cp1252"
    return "cp1252" if name in _ESCAPES else name
