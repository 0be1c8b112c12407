"""What the commands print: tables for people, JSON and CSV for programs."""

import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from calcitrials.rows import Format, console_for, in_json, print_rows
from calcitrials.trial_view.words import status_in_words
from db.crawls import CrawlReport
from db.vocabularies import OVER_STATUSES
from matcher.results import COLUMNS

__all__ = [
    "SCREENING_AID", "Format", "console_for", "print_explanation", "print_json", "print_matches",
    "print_matches_as_csv", "print_reports", "print_rows", "print_trials",
]  # fmt: skip
INDENT = "   "
WIDE = 110
"""Characters of a line from which on a report shows all its columns."""
CSV_COLUMNS = (
    *COLUMNS,
    "registry",
    "eligibility",
    "eligibility_age",
    "eligibility_sex",
    "eligibility_country",
    "ruled_out",
)
"""Columns of suggestions in a spreadsheet. eligibility: the verdict, of the parts only what is known or unknown;
ruled_out: why the patient's age or sex excludes the trial."""
SCREENING_AID = (
    "A screening aid over registry data, not advice: whether a patient can take part, the study team decides."
)


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(in_json(value) + "\n")


def print_reports(reports: Sequence[CrawlReport], console: Console) -> None:
    """The crawl report, one row a registry, and below it what is missing."""
    names = ["registry", "complete", "expected", "received", "new", "changed", "rejected"]
    if console.width >= WIDE:
        names[6:6] = ["unchanged"]
        names += ["retried", "MB", "s"]
    table = Table(show_edge=False, header_style="bold")
    for name in names:
        table.add_column(name, justify="left" if name in ("registry", "complete") else "right")
    for report in reports:
        cells = {name: getattr(report, name, None) for name in names} | {
            "complete": "yes" if report.complete else "no",
            "MB": f"{report.bytes / 1e6:.1f}",
            "s": f"{report.duration_s or 0:.1f}",
        }
        table.add_row(*("?" if cells[name] is None else str(cells[name]) for name in names))
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
        print_rows(CSV_COLUMNS, map(_csv_row, matches), form)
    else:
        console = console_for(sys.stdout)
        for number, match in enumerate(matches, 1):
            _print_match(number, match, console)
        if not matches:
            console.print("No trial in this catalogue is like it.")


def print_matches_as_csv(answer: dict[str, Any]) -> None:
    """Suggestions for a spreadsheet, best first, and below them the trials that the patient's age or sex rules out."""
    ruled_out = [{**one, "eligibility": {"verdict": "ruled out"}} for one in answer["ruled_out"]]
    print_rows(CSV_COLUMNS, map(_csv_row, [*answer["matches"], *ruled_out]), Format.CSV)


def _csv_row(match: dict[str, Any]) -> list[Any]:
    eligibility = match["eligibility"]
    values = {**match, **{f"eligibility_{name}": eligibility.get(name) for name in ("age", "sex", "country")}}
    values |= {"eligibility": eligibility["verdict"], "ruled_out": match.get("reason")}
    return [values.get(name) for name in CSV_COLUMNS]


def print_explanation(answer: dict[str, Any], console: Console) -> None:
    """Why a trial is suggested or not, its place first, and nothing of the other trials; JSON has all of it."""
    *reasons, place = answer["explanation"]
    for line in (place, *(reason for reason in reasons if "(implied)" not in reason)):
        _indented(line, console, "[bold]explain[/bold] ")
    console.print()
    for diagnosis in answer["diagnoses"]:
        _print_diagnosis(diagnosis, console)
    console.print(f"\n{answer['fit']} fit; without --explain the best are shown. {SCREENING_AID}")


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
        title = f"  {ruled_out['title']}" if ruled_out.get("title") else ""
        _indented(f"{ruled_out['trial_id']}: {ruled_out['reason']}{title}", console, "[dim]ruled out[/dim] ")
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
    phase = "/".join(str(phase).removeprefix("phase").replace("_phase", " phase ") for phase in match["phase"] or [])
    phase = phase if phase.startswith("early") else f"phase {phase}" if phase else ""
    status = status_in_words(match["status"], match["status_stale_reason"])
    facts = [status, phase, match["grade"], match["relation"]]
    console.print()
    _indented(match["title"] or "", console, f"[bold]{number}. {match['trial_id']}[/bold]  ")
    told = f"{', '.join(fact for fact in facts if fact)}; last update {match['last_update'] or 'not stated'}"
    _indented(told, console, "   ")
    for reason in match["because"]:
        _indented(reason, console, "   note: " if reason[:1].isupper() else "   because ")
    if site := match.get("nearest_site"):
        where = ", ".join(part for part in (site["facility"], site["city"], site["country"]) if part)
        _indented(f"{site['distance_km']:.0f} km (by its {site['by']}): {where}", console, "   nearest site ")
    eligibility = {k: v for k, v in match["eligibility"].items() if k != "verdict" and v != "unknown"}
    stated = ", ".join(f"{name} {value}" for name, value in eligibility.items())
    verdict = match["eligibility"]["verdict"]
    _indented(verdict + (f" ({stated})" if stated else ""), console, "   eligibility ")
    console.print(f"   {match['url']}", soft_wrap=True)


def _indented(text: str, console: Console, head: str) -> None:
    """Print a text behind its head; what does not fit into the line goes on below, indented by three."""
    line = Text.from_markup(head)
    line.append(text)
    first, *others = line.wrap(console, max(20, console.width - len(INDENT)), no_wrap=False)
    console.print(first)
    for other in others:
        console.print(Text(INDENT) + other)
