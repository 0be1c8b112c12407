"""Many patients as Arrow record batches in and out: the contract of Spark's ``mapInArrow``.

In: columns ``id`` and ``query`` (text, codes or FHIR JSON), optional ``age_years``, ``sex``, ``country``.
Out: one row for each suggested trial, best first; a question that cannot be read gives one row with its ``error``.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import duckdb
import pyarrow as pa

from matcher.batch.processes import in_processes
from matcher.errors import DiagnosisError
from matcher.results import Patient, Suggestions
from matcher.service import Matcher

SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("rank", pa.int32()),
        ("trial_id", pa.string()),
        ("score", pa.float64()),
        ("grade", pa.string()),
        ("relation", pa.string()),
        ("verdict", pa.string()),
        ("because", pa.list_(pa.string())),
        ("error", pa.string()),
    ]
)


def suggest_arrow(
    matcher: Matcher, batches: Iterable[pa.RecordBatch], *, limit: int = 20, workers: int = 1
) -> Iterator[pa.RecordBatch]:
    """Suggestions for every row of every batch, one batch out for each batch in.

    workers: processes that share the batches. They open the catalogue's file for themselves, so it must be open
    read-only here, and with the built-in terminology.

    Raises:
        ValueError: a batch has no ``id`` or no ``query`` column.
    """
    if workers > 1:
        return in_processes(_answer_in_process, batches, workers, _open, matcher.catalogue.file, limit)
    return (_answer(matcher, batch, limit) for batch in batches)


def _answer(matcher: Matcher, batch: pa.RecordBatch, limit: int) -> pa.RecordBatch:
    if not {"id", "query"} <= set(batch.schema.names):
        raise ValueError("a batch of questions needs the columns id and query")
    rows: list[tuple[Any, ...]] = []
    for question in batch.to_pylist():
        patient = Patient(question.get("age_years"), question.get("sex"), question.get("country"))
        try:
            found = matcher.suggest(question["query"] or "", patient=patient, limit=limit)
        except DiagnosisError as error:
            rows.append((question["id"], *[None] * (len(SCHEMA) - 2), str(error)))
        else:
            rows += _rows(question["id"], found)
    columns = zip(*rows, strict=True) if rows else [()] * len(SCHEMA)
    return pa.RecordBatch.from_arrays(
        [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA
    )


def _rows(identifier: Any, found: Suggestions) -> Iterator[tuple[Any, ...]]:
    for rank, match in enumerate(found.matches, start=1):
        yield (
            identifier, rank, match.trial_id, match.score, match.grade, match.relation, match.eligibility.verdict,
            match.because, None,
        )  # fmt: skip


_opened: list[tuple[Matcher, int]] = []
"""What a process has open: the matcher, and how many trials to suggest."""


def _open(catalogue_file: str, limit: int) -> None:
    _opened.append((Matcher.open(duckdb.connect(catalogue_file, read_only=True)), limit))


def _answer_in_process(batch: pa.RecordBatch) -> pa.RecordBatch:
    ((matcher, limit),) = _opened
    return _answer(matcher, batch, limit)
