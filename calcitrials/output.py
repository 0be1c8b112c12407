"""What the commands print: tables for people, JSON and CSV for programs."""

import csv
import datetime as dt
import io
import json
import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, TextIO

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from calcitrials.trial_view.words import status_in_words
from db.crawls import CrawlReport
from db.vocabularies import OVER_STATUSES
from matcher.results import COLUMNS

SCREENING_AID = (
    "A screening aid over registry data, not advice: whether a patient can take part, the study team decides."
)


WIDTH_WITHOUT_TERMINAL = 140
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")


def console_for(stream: TextIO) -> Console:
    """A console on stdout or stderr: as wide as the terminal, and wide enough where there is none."""
    return Console(file=stream, width=None if stream.isatty() else WIDTH_WITHOUT_TERMINAL, highlight=False)


class Format(StrEnum):
    """How to print rows or one object."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class MatchFormat(StrEnum):
    """How to print suggestions."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    FHIR = "fhir"


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=_plain)
    sys.stdout.write("\n")


def print_rows(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], form: Format, *, keep_formulas: bool = False
) -> None:
    """Rows as a table, as a JSON list of objects, or as CSV with a header.

    keep_formulas: of CSV; otherwise a text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    if form is Format.JSON:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    elif form is Format.CSV:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        in_cell = _flat if keep_formulas else _harmless
        writer.writerows([[in_cell(cell) for cell in row] for row in rows])
        sys.stdout.write(text.getvalue())
    else:
        table = Table(show_edge=False, header_style="bold")
        for column in columns:
            table.add_column(escape(column), overflow="fold")
        for row in rows:
            table.add_row(*("" if cell is None else escape(str(_flat(cell))) for cell in row))
        console_for(sys.stdout).print(table)


def print_reports(reports: Sequence[CrawlReport], console: Console) -> None:
    """The crawl report, one row a registry, and below it what is missing."""
    table = Table(show_edge=False, header_style="bold")
    names = ("registry", "complete", "expected", "received", "new", "changed", "unchanged", "rejected", "retried")
    for name in (*names, "MB", "s"):
        table.add_column(name, justify="left" if name in ("registry", "complete") else "right")
    for report in reports:
        cells = [getattr(report, name) for name in names]
        cells[1] = "yes" if report.complete else "no"
        cells += [f"{report.bytes / 1e6:.1f}", f"{report.duration_s or 0:.1f}"]
        table.add_row(*("?" if cell is None else str(cell) for cell in cells))
    console.print(table)
    for report in reports:
        for problem in report.problems:
            console.print(f"{report.registry}: incomplete: {escape(problem)}", soft_wrap=True)
        if report.resumable and report.received:
            console.print(f"{report.registry}: the same crawl within 24 hours asks for what is missing alone")
        if report.rejected:
            console.print(f"{report.registry}: {report.rejected} records could not be read; they stand in `rejects`")
        if report.missing:
            console.print(f"{report.registry}: {report.missing} records are gone from the registry (`missing_since`)")
        for word, count in report.unknown_words.items():
            is_word = not word.startswith(("elements never read", "pages passed over", "limit of"))
            what = f"unknown word kept as it is: {word} ({count})" if is_word else f"{word} ({count})"
            console.print(f"{report.registry}: {escape(what)}", soft_wrap=True)


def print_trials(matches: Sequence[dict[str, Any]], form: Format) -> None:
    """Suggested trials alone: as JSON, as CSV, or for a person."""
    if form is Format.JSON:
        print_json(matches)
    elif form is Format.CSV:
        print_rows(COLUMNS, [[match[name] for name in COLUMNS] for match in matches], form)
    else:
        console = console_for(sys.stdout)
        for number, match in enumerate(matches, 1):
            _print_match(number, match, console)
        if not matches:
            console.print("No trial in this catalogue is like it.")


def print_matches(answer: dict[str, Any], console: Console) -> None:
    """Suggestions for a person: what was understood, the trials with reasons, what was ruled out, how old it is."""
    for diagnosis in answer["diagnoses"]:
        _print_diagnosis(diagnosis, console)
    for note in answer["query"].get("notes", ()):
        console.print(f"[bold]not read[/bold] {escape(note)}")
    if others := answer["query"]["patient"].get("other_ages"):
        ages = ", ".join(f"{age:g}" for age in (answer["query"]["patient"]["age_years"], *others))
        console.print(f"[bold]several ages[/bold] {ages} years: none of them alone rules a trial out; say --age")
    if not answer["matches"]:
        console.print("\n[bold]No trial in this catalogue fits.[/bold]")
    studies: dict[str, list[dict[str, Any]]] = {}
    for match in answer["matches"]:
        studies.setdefault(match["study_id"] or match["trial_id"], []).append(match)
    _print_studies(list(studies.values()), console)
    if answer["fit"] > len(answer["matches"]):
        console.print(f"\n{answer['fit']} fit, the best {len(answer['matches'])} are shown.")
    for ruled_out in answer["ruled_out"]:
        console.print(f"[dim]ruled out {ruled_out['trial_id']}: {escape(ruled_out['reason'])}[/dim]")
    for line in answer.get("explanation", ()):
        console.print(f"[bold]explain[/bold] {escape(line)}")
    facts = answer["catalogue"]
    samples = f" ({facts['sample_trials']} of them sample records of the demo)" if facts["sample_trials"] else ""
    console.print(f"\n{facts['trials']} trials{samples}, catalogue published {facts['published']}. {SCREENING_AID}")


def _print_studies(studies: Sequence[Sequence[dict[str, Any]]], console: Console) -> None:
    """Studies, each as the records of it, by the diagnosis that they are for; those that are over in a last part."""
    diagnoses = list(dict.fromkeys(match["for"] for match, *_ in studies))
    in_parts = sorted(studies, key=lambda records: (_is_over(records), diagnoses.index(records[0]["for"])))
    over_from = sum(not _is_over(records) for records in studies)
    named = None
    for number, records in enumerate(in_parts, 1):
        match, *others = records
        if number == over_from + 1:
            console.print("\n[bold]Completed, terminated or withdrawn[/bold]")
            named = None
        if len(diagnoses) > 1 and match["for"] != named:
            named = match["for"]
            console.print(f"\n[bold]For {escape(named)}[/bold]")
        _print_match(number, match, console)
        if others:
            told = ", ".join(_with_difference(other, match) for other in others)
            console.print(f"   also registered as {escape(told)}")


def _is_over(records: Sequence[dict[str, Any]]) -> bool:
    return all(record["status"] in OVER_STATUSES for record in records)


def _with_difference(other: dict[str, Any], head: dict[str, Any]) -> str:
    """The id of another record of a study, with the status it says where that is not the head's."""
    says = f" (says {other['status'].replace('_', ' ')})" if other["status"] != head["status"] else ""
    return f"{other['trial_id']}{says}"


def _print_diagnosis(diagnosis: dict[str, Any], console: Console) -> None:
    concepts = ", ".join(f"{concept['label']} ({concept['id']})" for concept in diagnosis["concepts"])
    assertion = "" if diagnosis["assertion"] == "present" else f" [{diagnosis['assertion']}]"
    understood = concepts or "not understood"
    console.print(f"[bold]{escape(diagnosis['mention'])}[/bold]{escape(assertion)} → {escape(understood)}")
    sure = all(concept["rule"] == "exact" for concept in diagnosis["concepts"]) and diagnosis["concepts"]
    others = () if sure else (*diagnosis["alternatives"], *diagnosis["did_you_mean"])
    meanings = [_label(one) for one in others]
    if meanings:
        console.print(f"  did you mean: {escape('; '.join(meanings))}?")
    if diagnosis["not_used"]:
        console.print(f"  not used: {escape('; '.join(diagnosis['not_used']))}")


def _label(meaning: Any) -> str:
    return str(meaning.get("label", meaning)) if isinstance(meaning, dict) else str(meaning)


def _print_match(number: int, match: dict[str, Any], console: Console) -> None:
    phase = "/".join(str(phase).removeprefix("phase") for phase in match["phase"] or [])
    status = status_in_words(match["status"], match["status_stale_reason"])
    facts = [status, f"phase {phase}" if phase else "", match["grade"], match["relation"]]
    console.print(
        f"\n[bold]{number}. {match['trial_id']}[/bold]  {escape(match['title'] or '')}\n"
        f"   {', '.join(fact for fact in facts if fact)}; last update {match['last_update'] or 'not stated'}"
    )
    for reason in match["because"]:
        console.print(f"   because {escape(reason)}")
    if site := match.get("nearest_site"):
        where = ", ".join(part for part in (site["facility"], site["city"], site["country"]) if part)
        console.print(f"   nearest site {site['distance_km']:.0f} km (by its {site['by']}): {escape(where)}")
    eligibility = {k: v for k, v in match["eligibility"].items() if k != "verdict" and v != "unknown"}
    stated = ", ".join(f"{name} {value}" for name, value in eligibility.items())
    verdict = match["eligibility"]["verdict"]
    console.print(f"   eligibility {verdict}" + (f" ({escape(stated)})" if stated else "") + f"   {match['url']}")


def _flat(cell: Any) -> Any:
    if isinstance(cell, tuple | list) and all(isinstance(part, str) for part in cell):
        return "; ".join(cell)
    return json.dumps(cell, ensure_ascii=False, default=_plain) if isinstance(cell, list | tuple | dict) else cell


def _harmless(cell: Any) -> Any:
    """A cell of CSV, its text so that no spreadsheet takes it for a formula (OWASP, CSV injection)."""
    flat = _flat(cell)
    return f"'{flat}" if isinstance(flat, str) and flat.startswith(FORMULA_MARKS) else flat


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat(sep="T") + ("Z" if value.tzinfo is None else "")
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
