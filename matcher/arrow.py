"""Many patients as Arrow record batches in and out: the contract of Spark's ``mapInArrow``.

In: columns ``id`` and ``query`` (text, codes or FHIR JSON), optional ``age_years``, ``sex``, ``country``.
Out: one row for
each suggested trial, best first; a question that cannot be read gives one row with its ``error``.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from matcher.errors import DiagnosisError
from matcher.results import Patient, Suggestions

if TYPE_CHECKING:
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


def suggest_arrow(matcher: "Matcher", batches: Iterable[pa.RecordBatch], limit: int = 20) -> Iterator[pa.RecordBatch]:
    """Suggestions for every row of every batch, one batch out for each batch in.

    Raises:
        ValueError: a batch has no ``id`` or no ``query`` column.
    """
    for batch in batches:
        names = set(batch.schema.names)
        if not {"id", "query"} <= names:
            raise ValueError("a batch of questions needs the columns id and query")
        rows: list[dict[str, Any]] = []
        for question in batch.to_pylist():
            patient = Patient(question.get("age_years"), question.get("sex"), question.get("country"))
            try:
                found = matcher.suggest(question["query"] or "", patient=patient, limit=limit)
            except DiagnosisError as error:
                rows.append({"id": question["id"], "error": str(error)})
            else:
                rows += _rows(question["id"], found)
        yield pa.RecordBatch.from_pylist(rows, schema=SCHEMA)


def _rows(identifier: Any, found: Suggestions) -> Iterator[dict[str, Any]]:
    for rank, match in enumerate(found.matches, start=1):
        yield {
            "id": identifier,
            "rank": rank,
            "trial_id": match.trial_id,
            "score": match.score,
            "grade": match.grade,
            "relation": match.relation,
            "verdict": match.eligibility.verdict,
            "because": list(match.because),
        }
