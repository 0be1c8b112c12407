"""What a web page says under which label, whatever its markup.

Labels are known by their words: a definition list, a table, headings with paragraphs, elements side by side and plain
"Label: value" lines give the same sections. Class names are never looked at.
"""

import re
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import NamedTuple

from crawler.formats.markup import wording
from crawler.formats.webpage import Line, Role
from crawler.wording.words import squeeze


class Span(Enum):
    """How far a label's value goes."""

    LINE = "one line"
    ITEMS = "one line, or the list items that follow, or the short lines under a heading"
    PARAGRAPHS = "everything up to the next label"


class Label(NamedTuple):
    """What a label means.

    is_criteria: lines under it may look like labels ("Age: 18 or older") without being any, unless the label is one
        that ends_criteria because no criterion begins so ("Sponsor: ...").
    runs_on: the value may follow without anything between ("SponsorUniversity Hospital"), as in text that was copied.
    """

    key: str
    span: Span = Span.LINE
    is_criteria: bool = False
    runs_on: bool = False
    ends_criteria: bool = False


class Section(NamedTuple):
    """The lines under a label. key: what the label means; None for an unknown label, and for lines under no label.

    role: that of the label's line.
    """

    label: str
    key: str | None
    lines: list[Line]
    role: Role = Role.TEXT

    @property
    def texts(self) -> list[str]:
        """The lines as texts."""
        return [line.text for line in self.lines]


class _Found(NamedTuple):
    """A label with the parts of the value beside it."""

    name: str
    label: Label | None
    value: tuple[str, ...] = ()


# "Sponsor: A hospital", "Sponsor – A hospital"; "Treatment-resistant" and "treatment - emergent" are words.
_MARK = re.compile(r"[:：]|\s[-–—]\s+(?=[A-Z0-9])")
_BEFORE_VALUE = ":：–— \t\r\n\xa0"
_MOST_PARTS = 6
_LONGEST_LABEL = 80
_LONGEST_ITEM = 80
_LONGEST_RUN = 200


def vocabulary(labels: Mapping[Label, str]) -> dict[str, Label]:
    """Labels as pages write them, in lower case and with bars between them, by meaning; turned round."""
    return {name.strip(): label for label, names in labels.items() for name in names.split("|")}


def sections(lines: Iterable[Line], labels: Mapping[str, Label]) -> list[Section]:
    """The lines by label, in order; a value on its label's line, beside it or below it is the same.

    A heading or label cell of unknown meaning is a label too: it ends what stood before it.
    """
    found = [Section("", None, [])]
    label: Label | None = None
    filled_by: Role | None = None
    for line in lines:
        known = _label(line, labels, label)
        if known is not None:
            label = known.label
            value = [Line(known.value)] if known.value else []
            found.append(Section(known.name, label.key if label else None, value, line.role))
            filled_by = Role.TEXT if value else None
            continue
        opened_by = found[-1].role
        if not _is_within(label, line, opened_by, filled_by):
            found.append(Section("", None, []))
            label = None
        found[-1].lines.append(line)
        filled_by = filled_by or line.role
    return found


def _is_within(label: Label | None, line: Line, opened_by: Role, filled_by: Role | None) -> bool:
    """Whether a line that holds no label belongs to the value of the label before it."""
    if opened_by is Role.LABEL:
        return line.role is Role.VALUE
    if label is None or label.span is Span.PARAGRAPHS or filled_by is None:
        return True
    if label.span is Span.LINE or line.role is not filled_by:
        return False
    return line.role is Role.ITEM or (opened_by is Role.HEADING and len(line.text) <= _LONGEST_ITEM)


def _label(line: Line, labels: Mapping[str, Label], within: Label | None) -> _Found | None:
    """The label that a line holds, with the value beside it; None for a line that holds none."""
    if line.role is Role.VALUE:
        return None
    text = line.text
    is_title = line.role in (Role.HEADING, Role.LABEL)
    in_criteria = within is not None and within.is_criteria and not is_title
    whole = labels.get(wording(text))
    if whole is not None and (whole.is_criteria or not in_criteria or line.role is not Role.ITEM):
        return _Found(text, whole)
    found = None if in_criteria and line.role is Role.ITEM else _beside(line, text, labels)
    if found is None and not is_title and line.role is not Role.ITEM:
        found = _run_on(text, labels)
    if (
        in_criteria
        and found is not None
        and not (found.label and (found.label.ends_criteria or found.label.is_criteria))
    ):
        found = None
    return _Found(text, None) if found is None and is_title else found


def _beside(line: Line, text: str, labels: Mapping[str, Label]) -> _Found | None:
    """A label and its value on one line, apart by a colon, by a dash, or by the end of an inline element."""
    whole = "".join(line.parts)
    if (mark := _MARK.search(whole)) and (label := labels.get(wording(whole[: mark.start()]))):
        return _Found(squeeze(whole[: mark.start()]), label, _value(line.parts, mark.end()))
    for end in range(1, min(len(line.parts), _MOST_PARTS)):
        name, rest = squeeze("".join(line.parts[:end])), squeeze("".join(line.parts[end:])).lstrip(_BEFORE_VALUE)
        # "<b>Treatment</b> of calcinosis is difficult" is a sentence.
        if rest and not rest[0].islower() and (label := labels.get(wording(name))):
            return _Found(name, label, _value(line.parts, len("".join(line.parts[:end]))))
    return None


def _value(parts: Iterable[str], start: int) -> tuple[str, ...]:
    """What the parts say from a place on, without the colon and the blanks before it."""
    kept: list[str] = []
    for part in parts:
        rest = part[max(0, start) :]
        start -= len(part)
        if kept or (rest := rest.lstrip(_BEFORE_VALUE)):
            kept.append(rest)
    return tuple(kept)


def _run_on(text: str, labels: Mapping[str, Label]) -> _Found | None:
    """A label that runs into its value."""
    if len(text) > _LONGEST_RUN or text.endswith(".") or not text[:1].isupper():
        return None
    lowered = text.lower()
    for end in range(min(len(lowered), _LONGEST_LABEL), 2, -1):
        label = labels.get(lowered[:end])
        if label is None or not label.runs_on or not (text[end - 1].islower() or text[:end].isupper()):
            continue  # "TreatmentSTS" is no "treatments"
        rest = text[end:].lstrip()
        if rest[:1].isupper() or rest[:1].isdigit():
            return _Found(text[:end], label, (rest,))
    return None
