"""What a registry said: one response body with its address and time, before anything is read from it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from db.trial import Reject, Trial


class Payload(msgspec.Struct, frozen=True):
    """One answer of a registry.

    registry: short name, which is also the name of its reader. url: where it came from.
    fetched_at: when it was received (UTC). body: the bytes after transfer decoding. question: which of a crawl's
    questions it answers, where the registry announces a total for each; it is not archived.
    """

    registry: str
    url: str
    fetched_at: dt.datetime
    body: bytes
    question: str | None = None


class Reading(NamedTuple):
    """What a reader makes of a payload: the trials it could read, and what it could not.

    unknown_words: counts of "field: word" for words of closed vocabularies that no table knows; they are kept
        raw in the records (registries add words after launch).
    problems: what is missing beside the rejects, one sentence each, where the payload itself tells.
    """

    trials: list[Trial]
    rejects: list[Reject]
    unknown_words: Mapping[str, int] = MappingProxyType({})
    problems: Sequence[str] = ()
