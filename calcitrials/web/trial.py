"""One trial: its record, the checklist as a form, trials like it, and chosen trials on paper."""

from typing import Any

from fastapi import APIRouter, HTTPException
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from calcitrials.errors import CommandError
from calcitrials.trial_view import TrialView, find_trial, trial_view
from calcitrials.web.pages import opened, page, part
from calcitrials.web.question import Checked, Question, checked, question_of
from calcitrials.web.shelf import Opened
from matcher import DiagnosisError
from matcher.screening.records import Answer, Checklist

router = APIRouter()
MOST_PRINTED = 20
SIMILAR = 6
_ANSWER = "a-"
"""Before the key of a criterion in the name of its answer."""


@router.get("/trials/{trial_id:path}")
async def trial(request: Request, trial_id: str) -> Response:
    """A trial by any of its numbers."""
    current = opened(request)
    known = _found(current, trial_id)
    if known != trial_id:
        return RedirectResponse(f"/trials/{known}", 303)
    shown = await run_in_threadpool(_shown, current, known, Question(), _understood(Question()), {})
    return page(request, "trial.html", **shown)


@router.post("/trials/{trial_id:path}/check")
async def check(request: Request, trial_id: str) -> Response:
    """The same with the checklist answered: for a patient, and with what was ticked. Clear takes back all answers."""
    current = opened(request)
    known = _found(current, trial_id)
    form = await request.form()
    question = question_of(form)
    answers = {} if "clear" in form else answers_of(form)
    understood = _understood(question)
    if form.get("part") == "verdict":
        found = await run_in_threadpool(_checklist, current, known, question, understood, answers)
        return part(request, "verdict.html", checklist=found)
    shown = await run_in_threadpool(_shown, current, known, question, understood, answers)
    return page(request, "trial.html", form=form, **shown)


@router.post("/print")
async def sheets(request: Request) -> Response:
    """Chosen trials for the chart: facts, contact and the checklist of each on a sheet of its own."""
    current = opened(request)
    form = await request.form()
    question, answers = question_of(form), answers_of(form)
    understood = _understood(question)
    chosen = list(dict.fromkeys(str(one) for one in form.getlist("chosen")))[:MOST_PRINTED]

    def made() -> list[dict[str, Any]]:
        known = [trial_id for trial_id in chosen if trial_id in current.index_of]
        return [
            {
                "view": trial_view(current.cursor(), trial_id),
                "checklist": _checklist(current, trial_id, question, understood, answers),
            }
            for trial_id in known
        ]

    found = await run_in_threadpool(made)
    state = [*question.state(), *(("chosen", one) for one in chosen), *_answered(answers)]
    return page(request, "print.html", form=form, sheets=found, question=question, state=state)


def answers_of(form: FormData) -> dict[str, Answer]:
    """What was ticked, by the keys of criteria."""
    values = {answer.value: answer for answer in Answer}
    return {
        name.removeprefix(_ANSWER): values[str(said)]
        for name, said in form.multi_items()
        if name.startswith(_ANSWER) and str(said) in values
    }


def _answered(answers: dict[str, Answer]) -> list[tuple[str, str]]:
    """The fields that carry answers along."""
    return [(_ANSWER + key, answer.value) for key, answer in answers.items()]


def _found(current: Opened, text: str) -> str:
    if text in current.index_of:
        return text
    try:
        return find_trial(current.cursor(), text[:200])
    except CommandError:
        raise HTTPException(404) from None


def _understood(question: Question) -> Checked:
    """The patient of a question; on a checklist no diagnosis need be said."""
    known = checked(question)
    known.errors.pop("diagnosis", None)
    return known


def _checklist(
    current: Opened, trial_id: str, question: Question, known: Checked, answers: dict[str, Answer]
) -> Checklist:
    try:
        return current.screen(trial_id, question.diagnosis, known.patient, answers, known.near, question.distance_km)
    except DiagnosisError as error:
        known.errors["diagnosis"] = str(error)
        return current.screen(trial_id, "", known.patient, answers, known.near, question.distance_km)


def _shown(
    current: Opened, trial_id: str, question: Question, known: Checked, answers: dict[str, Answer]
) -> dict[str, Any]:
    view: TrialView = trial_view(current.cursor(), trial_id)
    by_key = {section.key: section for section in view.sections}
    found = _checklist(current, trial_id, question, known, answers)
    return {
        "view": view,
        "facts_of": current.matcher.catalogue.facts[current.index_of[trial_id]],
        "sections": by_key,
        "checklist": found,
        "question": question,
        "errors": known.errors,
        "state": [*question.state(), *_answered(answers)],
        "similar": current.similar(trial_id, SIMILAR),
        "about": current.concepts_of(trial_id),
    }
