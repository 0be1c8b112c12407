"""The words by which texts resemble each other: of a trial, and of a question about a patient."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import duckdb

from matcher.text.language import is_filler
from matcher.text.normalise import STOPWORDS, fold, normal_word

FETCHED = 5_000
"""Trials whose texts are fetched at once."""
_WORD = re.compile(r"[a-z0-9]+(?:'s\b)?")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+|;\s+")
_SHORTEST_SENTENCE = 8


class TrialWording(NamedTuple):
    """The texts of one trial that are compared.

    heading: title and conditions, what the trial is about; named: these with the keywords; told: what else it says,
    interventions and summary; admitting: the criteria of those whom it takes.
    """

    trial_id: str
    heading: str
    named: str
    told: str
    admitting: str


class Said(NamedTuple):
    """A disease or finding in a question, in the words of the text or of a vocabulary.

    weight: how much it counts, 1 what is present, in a note by how far it is put forward; is_known: a vocabulary knows
    it, so that words alone decide nothing; is_present: it is neither past nor only suspected.
    """

    text: str
    weight: float
    is_known: bool
    is_present: bool


class Question(NamedTuple):
    """What is known of a patient, as plain text.

    text: that of a note, empty where nothing but the diagnoses counts; said: what is present; denied: what is not, or
    is a relative's.
    """

    text: str
    said: Sequence[Said]
    denied: Sequence[str]


_TEXTS = """
WITH named AS (SELECT trial_id, string_agg(condition, ', ' ORDER BY position) AS conditions
               FROM conditions GROUP BY trial_id),
     tagged AS (SELECT trial_id, string_agg(keyword, ', ' ORDER BY position) AS keywords
                FROM keywords GROUP BY trial_id),
     given AS (SELECT trial_id, string_agg(name, ', ' ORDER BY position) AS interventions
               FROM interventions GROUP BY trial_id),
     admitting AS (SELECT trial_id, array_to_string(inclusion, '. ') AS admitting FROM eligibility)
SELECT trial_id, coalesce(nullif(brief_title, ''), official_title), conditions, keywords, interventions, brief_summary,
       admitting
FROM trials LEFT JOIN named USING (trial_id) LEFT JOIN tagged USING (trial_id) LEFT JOIN given USING (trial_id)
     LEFT JOIN admitting USING (trial_id)
ORDER BY trial_id
"""


def words_of(text: str) -> list[str]:
    """The words of a text in their normal form, in order, without articles, prepositions and the like."""
    return [word for word in map(_normal, _WORD.findall(fold(text))) if word]


def spelt_words(text: str) -> dict[str, str]:
    """The words of a text in their normal form, each as the text spells it."""
    return {word: spelt for spelt in _WORD.findall(fold(text)) if (word := _normal(spelt))}


def telling_words(text: str) -> list[str]:
    """Those of them that say something by themselves: no "year", "patient", "multiple"."""
    return [word for word in words_of(text) if not is_filler(word)]


@lru_cache(maxsize=200_000)
def _normal(word: str) -> str:
    """A word in its normal form, empty when it says nothing."""
    word = normal_word(word.removesuffix("'s"))
    return "" if len(word) < 2 or word in STOPWORDS else word


def sentences_told(question: Question) -> list[str]:
    """The sentences of a question without those that speak of nothing but what is denied."""
    present = [item.text.lower() for item in question.said]
    denied = [item.lower() for item in question.denied]
    kept: list[str] = []
    for sentence in _SENTENCE_END.split(question.text):
        flat = sentence.lower()
        speaks_of_denied = any(item in flat for item in denied)
        if len(sentence) < _SHORTEST_SENTENCE or (speaks_of_denied and not any(item in flat for item in present)):
            continue
        kept.append(sentence.strip())
    return kept


def trial_wordings(connection: duckdb.DuckDBPyConnection) -> Iterator[TrialWording]:
    """The texts of all trials of a catalogue, in the order of their ids."""
    result = connection.cursor().execute(_TEXTS)
    while rows := result.fetchmany(FETCHED):
        for trial_id, title, conditions, keywords, interventions, summary, admitting in rows:
            yield TrialWording(
                trial_id,
                _joined(title, conditions),
                _joined(title, conditions, keywords),
                _joined(interventions, summary),
                admitting or "",
            )


def _joined(*parts: str | None) -> str:
    return ". ".join(part for part in parts if part)
