"""The plain words of a text: letters a to z and digits, nothing else; for texts that are many."""

BORDER = "\x7f"
"""A sign that stands for itself among the plain words of many texts."""
_BLANKED = bytes(code if code < 128 and chr(code).isalnum() else 32 for code in range(256))
"""What each byte of a text comes to: all but letters and digits is a blank."""
_BLANKED_BETWEEN = _BLANKED[: ord(BORDER)] + BORDER.encode() + _BLANKED[ord(BORDER) + 1 :]


def plain_words(flat_text: str) -> list[str]:
    """What ``[a-z0-9]+`` finds in a text in small letters, in a third less time."""
    return flat_text.encode("ascii", "replace").translate(_BLANKED).decode("ascii").split()


def blanked(flat_texts: str) -> bytes:
    """Texts in small letters with a border between them, with a blank for every character but letters, digits and
    borders; every character stays in its place.
    """
    return flat_texts.encode("ascii", "replace").translate(_BLANKED_BETWEEN)
