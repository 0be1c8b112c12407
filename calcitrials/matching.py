"""The match job: diagnoses against the published catalogue."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import msgspec

import matcher
from calcitrials.errors import CommandError
from calcitrials.patient_options import patient_of_fields
from crawler.samples.bundled import trial_ids
from db.catalogue import Catalogue, published_at
from matcher.ranking.sites import Vicinity

MANY_LINES = 2_000
"""Lines of a batch from which on further processes pay: each spends about a second opening what it needs."""
CHUNK_LINES = 50
"""Lines that a process answers at once: few, so that at the end none waits long for another one."""


class Line(NamedTuple):
    """One line of a batch's answer, as JSON."""

    text: bytes
    failed: bool


class Options(NamedTuple):
    """What holds for all questions of a batch. statuses: only trials with one of these."""

    statuses: Sequence[str] = ()
    limit: int = 20


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
    """Trials that came from a stand-in on this machine with the bundled samples, not from a registry.

    Another server on this machine, such as a mirror, is as good as a registry.
    """
    row = connection.execute(
        "SELECT count(*) FROM trials WHERE regexp_matches(source_url, '^https?://[^/]*[.]example(/|$)') "
        "OR (regexp_matches(source_url, '^https?://(127[.]|localhost|[[]::1)') "
        "AND (registry = 'listing' OR trial_id IN (SELECT unnest(?))))",
        [sorted(trial_ids())],
    ).fetchone()
    return row[0] if row else 0


class MatchJob:
    """An opened catalogue with its matcher, for one question or many. snapshot: this one, not the newest."""

    def __init__(self, catalogue: Catalogue, snapshot: Path | None = None) -> None:
        self.connection = duckdb.connect(str(snapshot), read_only=True) if snapshot else catalogue.connect()
        self.matcher = matcher.Matcher.open(self.connection)
        self.facts = catalogue_facts(self.connection)

    def match(
        self,
        diagnoses: Sequence[str],
        patient: matcher.Patient | None = None,
        statuses: Sequence[str] = (),
        limit: int = 20,
        explain: str | None = None,
        vicinity: Vicinity | None = None,
    ) -> dict[str, Any]:
        """The answer as plain JSON values, with the age of the data. Raises matcher.DiagnosisError."""
        text = diagnoses[0] if len(diagnoses) == 1 else list(diagnoses)
        suggestions = self.matcher.suggest(
            text, patient=patient, statuses=statuses, limit=limit, explain=explain, vicinity=vicinity
        )
        answer: dict[str, Any] = msgspec.to_builtins(suggestions)
        return {**answer, "ruled_out": self._with_titles(answer["ruled_out"]), "catalogue": self.facts}

    def _with_titles(self, ruled_out: list[dict[str, Any]]) -> list[dict[str, Any]]:
        names = ("title", "registry", "status", "url")
        rows = self.connection.execute(
            "SELECT trial_id, coalesce(brief_title, official_title), registry, status, url FROM trials "
            "WHERE trial_id IN (SELECT unnest(?))",
            [[one["trial_id"] for one in ruled_out]],
        ).fetchall()
        known = {trial_id: dict(zip(names, values, strict=True)) for trial_id, *values in rows}
        return [{**one, **known.get(one["trial_id"], {})} for one in ruled_out]

    def match_as_fhir(
        self,
        diagnoses: Sequence[str],
        patient: matcher.Patient | None = None,
        statuses: Sequence[str] = (),
        limit: int = 20,
        vicinity: Vicinity | None = None,
    ) -> dict[str, Any]:
        """The answer as a Bundle of ResearchStudy (R4). Raises matcher.DiagnosisError."""
        from calcitrials.fhir.bundles import match_bundle
        from calcitrials.fhir.codes import OURS
        from calcitrials.fhir.records import Resources
        from calcitrials.fhir.study import research_study

        text = diagnoses[0] if len(diagnoses) == 1 else list(diagnoses)
        found = self.matcher.suggest(text, patient=patient, statuses=statuses, limit=limit, vicinity=vicinity)
        resources = Resources(self.connection)
        return match_bundle(found, lambda ids: resources.of(ids, research_study), OURS.rstrip(":"))

    def similar(self, trial_id: str, limit: int) -> list[dict[str, Any]]:
        """Trials like one trial, as plain JSON values. Raises CommandError, matcher.TrialNotFoundError."""
        from calcitrials.trial_view import find_trial

        known = find_trial(self.connection, trial_id)
        return [msgspec.to_builtins(match) for match in like(self.matcher, self.connection, known, limit)]

    def answer(self, number: int, line: bytes, options: Options) -> Line:
        """The answer to one line of JSON, with the line's id; a line that cannot be answered gives its error."""
        try:
            question = _questions.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return _failed(None, number, f"line {number} is not a question in JSON: {error}")
        try:
            patient = question.checked_patient()
            found = self.matcher.suggest(
                question.query, patient=patient, statuses=options.statuses, limit=options.limit
            )
        except (matcher.DiagnosisError, CommandError) as error:
            return _failed(question.id, number, str(error))
        except Exception as error:  # a fault of ours: no more than this line's, and its words stay out of the answer
            return _failed(question.id, number, f"this line met a fault of the program ({type(error).__name__})")
        answer = msgspec.json.encode(msgspec.structs.replace(found, catalogue=self.facts))
        return Line(b'{"id":' + msgspec.json.encode(question.id) + b"," + answer.removeprefix(b"{"), failed=False)


def like(
    opened: "matcher.Matcher", connection: duckdb.DuckDBPyConnection, trial_id: str, limit: int
) -> "list[matcher.Match]":
    """Trials like one trial, best first, without other records of its study. Raises matcher.TrialNotFoundError."""
    study_id = opened.catalogue.facts[opened.trial_index(trial_id)].study_id
    rows = connection.execute("SELECT trial_id FROM trials WHERE study_id = ?", [study_id]).fetchall()
    same_study = {row[0] for row in rows}
    others = opened.similar(trial_id, limit + len(same_study))
    return [match for match in others if match.trial_id not in same_study][:limit]


def answer_batch(catalogue: Catalogue, lines: Iterable[bytes], options: Options, workers: int) -> Iterator[Line]:
    """One answer for each line that is not empty, in order.

    workers: processes that share the work when there are many lines; all look at the same snapshot. One alone answers
    each line before it takes the next one.
    """
    asked = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    first = list(islice(asked, MANY_LINES)) if workers > 1 else []
    rest = chain(first, asked)
    if len(first) < MANY_LINES:
        job = MatchJob(catalogue)
        yield from (job.answer(number, line, options) for number, line in rest)
        return
    from matcher.batch.processes import in_processes

    catalogue.connect().close()  # what cannot be opened is said here, not by each process
    snapshot = catalogue.published
    chunks = iter(lambda: list(islice(rest, CHUNK_LINES)), [])
    given = (catalogue.root, snapshot, options)
    try:
        for answers in in_processes(_answer_chunk, chunks, workers, _open_job, *given, lost=_lost_chunk):
            yield from answers
    except BrokenProcessPool:
        raise CommandError("the processes that answer the batch die again and again: see the log above") from None


_jobs: list[tuple[MatchJob, Options]] = []
"""What a process of a batch has open."""


def _open_job(root: Path, snapshot: Path | None, options: Options) -> None:
    _jobs.append((MatchJob(Catalogue(root), snapshot), options))


def _answer_chunk(chunk: Sequence[tuple[int, bytes]]) -> list[Line]:
    ((job, options),) = _jobs
    return [job.answer(number, line, options) for number, line in chunk]


def _lost_chunk(chunk: Sequence[tuple[int, bytes]]) -> list[Line]:
    """Errors of lines at which a process was killed twice; with their ids where these can be read."""
    lines = []
    for number, line in chunk:
        try:
            identifier = _questions.decode(line).id
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            identifier = None
        lines.append(_failed(identifier, number, "the process that answered this line was killed, and again alone"))
    return lines


def _failed(identifier: str | int | None, number: int, error: str) -> Line:
    return Line(msgspec.json.encode({"id": identifier, "line": number, "error": error}), failed=True)


class _Question(msgspec.Struct):
    """A line of a batch: ``{"id", "query", "patient"?}``. The fields below are the patient's, and misplaced here."""

    query: str
    id: str | int | None = None
    patient: dict[str, Any] | None = None
    age: Any = None
    age_years: Any = None
    sex: Any = None
    gender: Any = None
    country: Any = None

    def checked_patient(self) -> matcher.Patient | None:
        """The patient. Raises CommandError for a field that is unknown or misplaced, or for a value that is none."""
        for name in ("age", "age_years", "sex", "gender", "country"):
            if getattr(self, name) is not None:
                raise CommandError(f'"{name}" belongs into "patient"')
        return None if self.patient is None else patient_of_fields(self.patient)


_questions = msgspec.json.Decoder(_Question)
