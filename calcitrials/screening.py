"""The command ``screen``: one trial's checklist, with the user's own file of answers."""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from rich.console import Console
from rich.markup import escape

from calcitrials.errors import WRONG_USAGE, CommandError
from calcitrials.output import SCREENING_AID, Format, console_for, print_json, print_rows
from calcitrials.trial_view import find_trial
from db.catalogue import Catalogue
from matcher import Matcher, Patient
from matcher.ranking.sites import Vicinity
from matcher.screening.answers import AnswerFile, AnswersError, read_answers, write_answers
from matcher.screening.items import WHOLE, Item
from matcher.screening.records import Answer, CheckedItem, Checklist

_SIGNS = {"met": "[green]✓[/green]", "not met": "[red]✗[/red]", "unknown": "?"}
_SAYS = {"y": Answer.YES, "n": Answer.NO, "?": Answer.NOT_SURE}
_ASKED = 5
"""Open questions that are named at the end of a table; the list above has them all."""


class Screening(NamedTuple):
    """What is asked: a trial, the patient, and the file of answers with what changes in it."""

    trial: str
    diagnoses: Sequence[str] = ()
    patient: Patient | None = None
    vicinity: Vicinity | None = None
    answers_file: Path | None = None
    said: Sequence[str] = ()
    clear: bool = False


def screen(catalogue: Catalogue, asked: Screening) -> Checklist:
    """The checklist; the file of answers is brought up to date. Raises CommandError."""
    file = _read(asked.answers_file) if asked.answers_file else AnswerFile()
    with catalogue.connect() as connection:
        trial_id = find_trial(connection, asked.trial)
        if asked.clear:
            file.clear(trial_id)
        screener = Matcher.open(connection).screener
        known = screener.known(list(asked.diagnoses) or None, asked.patient)
        answers = file.of(trial_id)
        answers.update(_said(asked.said, screener.items(trial_id)))
        found = screener.screen(trial_id, known, answers, *(asked.vicinity or ()))
    if asked.answers_file:
        file.keep(trial_id, found.items, answers)
        _write(asked.answers_file, write_answers(file))
    return found


def _said(said: Sequence[str], items: Sequence[Item]) -> dict[str, Answer]:
    """Answers given as "3=yes": the number counts through the whole checklist, inclusion criteria first."""
    found: dict[str, Answer] = {}
    for one in said:
        number, equals, word = (part.strip().lower() for part in one.partition("="))
        answer = _SAYS.get(word) or next((answer for answer in Answer if answer.value == word.replace("_", " ")), None)
        if not equals or not number.isdigit() or answer is None:
            raise CommandError(f"{one!r} is no answer: write NUMBER=yes, NUMBER=no or NUMBER='not sure'", WRONG_USAGE)
        if not 1 <= int(number) <= len(items):
            raise CommandError(f"there is no criterion {number}: the checklist has {len(items)}", WRONG_USAGE)
        found[items[int(number) - 1].key] = answer
    return found


def _read(path: Path) -> AnswerFile:
    try:
        return read_answers(path.read_bytes()) if path.exists() else AnswerFile()
    except AnswersError as error:
        raise CommandError(f"cannot use {path}: {error}", WRONG_USAGE) from None
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror}", WRONG_USAGE) from None


def _write(path: Path, data: bytes) -> None:
    """Replace the file at once, readable by its owner alone: a run that dies leaves the old one or the new one."""
    path = path.resolve()  # of a link, the file that it leads to
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror}", WRONG_USAGE) from None


def print_checklist(found: Checklist, form: Format) -> None:
    """Print a checklist for a person, as JSON, or its criteria as CSV."""
    if form is Format.JSON:
        print_json(msgspec.to_builtins(found))
    elif form is Format.CSV:
        columns = ("number", *(name for name in CheckedItem.__struct_fields__ if name != "number"))
        rows = (msgspec.to_builtins(one) for one in found.items)
        print_rows(columns, [[row[name] for name in columns] for row in rows], form)
    else:
        _print_table(found, console_for(sys.stdout))


def _print_table(found: Checklist, out: Console) -> None:
    out.print(f"[bold]{found.trial_id}[/bold]  {escape(found.title or '')}")
    out.print(f"[bold]{found.verdict.value}[/bold]   {found.url}")
    for reason in found.excluded_by:
        out.print(f"  {escape(reason)}", soft_wrap=True)
    out.print("\n[bold]Limits[/bold]")
    for limit in found.limits:
        reason = f"  ({escape(limit.reason)})" if limit.reason else ""
        out.print(f"  {_SIGNS[limit.effect.value]}    {limit.name}: {escape(limit.stated)}{reason}", soft_wrap=True)
    if found.nearest_site:
        site = found.nearest_site
        where = ", ".join(part for part in (site.facility, site.city, site.country) if part)
        out.print(f"       nearest site: {escape(where)}, {site.distance_km:.0f} km (by its {site.by})", soft_wrap=True)
    side = ""
    for number, one in enumerate(found.items, start=1):
        if one.side != side:
            side = one.side
            out.print(f"\n[bold]{side.capitalize()}{'' if side == WHOLE else ' criteria'}[/bold]")
        answer = f" {one.answer.value}" if one.answer else ""
        said = " (your answer)" if one.source == "user" else ""
        out.print(f"  {_SIGNS[one.effect.value]} {number:2}{answer}{said}  {escape(one.text)}", soft_wrap=True)
        if one.reason:
            out.print(f"        {escape(one.reason)}", soft_wrap=True)
    if not found.items:
        out.print("\nThe record has no criteria.")
    if found.left_over:
        out.print(
            f"\n{found.left_over} of your answers belong to criteria that the record no longer has; they do not count."
        )
    if found.ask_next:
        out.print("\n[bold]Ask next[/bold]")
        for ask in found.ask_next[:_ASKED]:
            out.print(f"  {ask.subject}: {escape(ask.text)}", soft_wrap=True)
    out.print(f"\n{SCREENING_AID}")
