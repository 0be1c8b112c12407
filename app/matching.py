"""The match job: diagnoses against the published catalogue."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import duckdb
import msgspec

import matcher
from app.records import find_trial
from db.catalogue import Catalogue, published_at


def catalogue_facts(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """How old the data are: when published, how many trials, and the last complete crawl of each registry."""
    rows = connection.execute(
        """
        SELECT t.registry, count(*), (SELECT strftime(max(c.finished_at), '%Y-%m-%dT%H:%M:%SZ') FROM crawls c
                                      WHERE c.registry = t.registry AND c.complete AND c.scope <> 'reread')
        FROM trials t GROUP BY t.registry ORDER BY t.registry
        """
    ).fetchall()
    return {
        "published": published_at(connection),
        "trials": sum(count for _, count, _ in rows),
        "sample_trials": sample_trials(connection),
        "registries": {name: {"trials": count, "last_complete": last} for name, count, last in rows},
    }


def sample_trials(connection: duckdb.DuckDBPyConnection) -> int:
    """Trials that came from a stand-in on this machine (the demo's samples), not from a registry."""
    row = connection.execute(
        "SELECT count(*) FROM trials "
        "WHERE regexp_matches(source_url, '^https?://(127[.]|localhost|[[]::1|[^/]*[.]example(/|$))')"
    ).fetchone()
    return row[0] if row else 0


class MatchJob:
    """An opened catalogue with its matcher, for one question or many."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.connection = catalogue.connect()
        self.matcher = matcher.Matcher.open(self.connection)
        self.facts = catalogue_facts(self.connection)

    def match(
        self,
        diagnoses: Sequence[str],
        patient: matcher.Patient | None = None,
        statuses: Sequence[str] = (),
        limit: int = 20,
        explain: str | None = None,
    ) -> dict[str, Any]:
        """The answer as plain JSON values, with the age of the data. Raises matcher.DiagnosisError."""
        text = diagnoses[0] if len(diagnoses) == 1 else list(diagnoses)
        suggestions = self.matcher.suggest(text, patient=patient, statuses=statuses, limit=limit, explain=explain)
        answer: dict[str, Any] = msgspec.to_builtins(suggestions)
        return {**answer, "catalogue": self.facts}

    def similar(self, trial_id: str, limit: int) -> list[dict[str, Any]]:
        """Trials like one trial, as plain JSON values. Raises CommandError, matcher.TrialNotFoundError."""
        known = find_trial(self.connection, trial_id)
        rows = self.connection.execute(
            "SELECT trial_id FROM trials WHERE study_id = (SELECT study_id FROM trials WHERE trial_id = ?)", [known]
        ).fetchall()
        same_study = {row[0] for row in rows}
        others = self.matcher.similar(known, limit + len(same_study))
        return [msgspec.to_builtins(match) for match in others if match.trial_id not in same_study][:limit]

    def batch(self, lines: Iterable[bytes], statuses: Sequence[str], limit: int) -> Iterator[dict[str, Any]]:
        """One answer a line of JSON, with the line's id; a line that cannot be answered gives its error."""
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield self._one_line(number, line, statuses, limit)

    def _one_line(self, number: int, line: bytes, statuses: Sequence[str], limit: int) -> dict[str, Any]:
        try:
            question = _questions.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return {"id": None, "line": number, "error": f"line {number} is not a question in JSON: {error}"}
        try:
            return {"id": question.id, **self.match([question.query], question.patient, statuses, limit)}
        except matcher.DiagnosisError as error:
            return {"id": question.id, "line": number, "error": str(error)}


class _Question(msgspec.Struct):
    """A line of a batch: ``{"id", "query", "patient"?}``."""

    query: str
    id: str | int | None = None
    patient: matcher.Patient | None = None


_questions = msgspec.json.Decoder(_Question)
