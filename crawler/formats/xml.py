"""XML that is cut into records before it is parsed: what only looks like a tag, and what XML forbids."""

import html
import re

# Character data and comments, where a tag is none; one that is left open reaches to the end, so that it is sought once.
_HIDDEN = re.compile(rb"(<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z))", re.S)
_ILLEGAL = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2\d|3[01]));", re.I
)
_HTML_ENTITY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z][A-Za-z0-9]{1,30};")
_BARE_AMPERSAND = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
_BARE_LESS_THAN = re.compile(rb"<(?![A-Za-z_/!?])")


def masked(body: bytes, boundary: re.Pattern[bytes]) -> bytes:
    """The body with blanks for character data and comments, so that the tags of records can be looked for.

    boundary: the end of one record and the beginning of the next; a comment that would hide it was left open.
    """
    if b"<!" not in body:
        return body
    return _HIDDEN.sub(lambda span: span[0] if boundary.search(span[0]) else b" " * len(span[0]), body)


def mended(record: bytes) -> bytes:
    """A record without what XML forbids: control characters, HTML entities, bare ampersands and less-than signs."""
    parts = _HIDDEN.split(_ILLEGAL.sub(b" ", record))
    for at in range(0, len(parts), 2):
        named = _HTML_ENTITY.sub(_character, parts[at])
        parts[at] = _BARE_LESS_THAN.sub(b"&lt;", _BARE_AMPERSAND.sub(b"&amp;", named))
    return b"".join(parts)


def _character(entity: re.Match[bytes]) -> bytes:
    """The character that HTML names so; a name that it lacks stays as it is."""
    text = html.unescape(entity[0].decode())
    return entity[0] if text.startswith("&") else text.encode()
