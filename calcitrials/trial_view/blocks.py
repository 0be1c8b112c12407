"""The shape of a trial as a person reads it: sections of blocks, free of how they are shown."""

import msgspec


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a list. link: where it leads (https:, mailto: or tel:), if anywhere."""

    text: str
    link: str | None = None


class Fact(msgspec.Struct, frozen=True, omit_defaults=True):
    """What something is, in a word or two, and its value."""

    label: str
    value: str
    link: str | None = None


class Text(msgspec.Struct, frozen=True, tag="text"):
    """Running text; an empty line parts paragraphs."""

    text: str


class Facts(msgspec.Struct, frozen=True, omit_defaults=True, tag="facts"):
    """Facts, one a line."""

    facts: tuple[Fact, ...]
    heading: str | None = None


class Items(msgspec.Struct, frozen=True, omit_defaults=True, tag="items"):
    """A list, the most important line first: who has little room may show the first ones and say how many there are."""

    items: tuple[Item, ...]
    heading: str | None = None


class Table(msgspec.Struct, frozen=True, omit_defaults=True, tag="table"):
    """Rows below the names of their columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    heading: str | None = None


Block = Text | Facts | Items | Table


class Section(msgspec.Struct, frozen=True):
    """A part of the record that has something to say. key: who, what, where, contact, criteria, dates, results,
    reading, numbers, history or source, in this order.
    """

    key: str
    heading: str
    blocks: tuple[Block, ...]


class TrialView(msgspec.Struct, frozen=True):
    """One trial. status: in words, with what makes it doubtful in brackets. headline: what it is in a few words each
    (phase, kind, participants, sponsor). url: the page of the record at its registry.
    """

    trial_id: str
    title: str
    status: str
    status_is_stale: bool
    headline: tuple[str, ...]
    url: str
    sections: tuple[Section, ...]
