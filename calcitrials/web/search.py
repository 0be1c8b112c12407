"""Searching: the form, the answer, and names while one types. A search is posted, so that no address holds it."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from calcitrials.web.answers import Answer, answer_to
from calcitrials.web.pages import opened, page
from calcitrials.web.question import DISTANCES_KM, Checked, Question, checked, question_of
from calcitrials.web.shelf import Opened
from calcitrials.web.threads import in_thread
from matcher import DiagnosisError

router = APIRouter()
EXAMPLES = ("calcinosis cutis", "systemic sclerosis with calcinosis", "PHP1A", "fibrodysplasia ossificans progressiva")


@router.get("/")
async def start(request: Request) -> Response:
    """The search form."""
    return page(
        request, "search.html", question=Question(), errors={}, answer=None, examples=EXAMPLES, distances=DISTANCES_KM
    )


@router.get("/search")
async def again(request: Request) -> Response:
    """What a browser asks that reloads an answer without its form: the empty form."""
    return await start(request)


@router.post("/search")
async def search(request: Request) -> Response:
    """The answer to a search."""
    form = await request.form()
    current = opened(request)
    question = question_of(form)
    known, answer = await in_thread(_answered, current, question)
    status = 200 if answer else 422
    return page(
        request, "search.html", form=form, status=status, question=question, errors=known.errors, answer=answer,
        examples=EXAMPLES, distances=DISTANCES_KM,
    )  # fmt: skip


def _answered(current: Opened, question: Question) -> tuple[Checked, Answer | None]:
    known = checked(question)
    if known.errors:
        return known, None
    try:
        return known, answer_to(current, question, known.patient, known.near)
    except DiagnosisError as error:
        return known._replace(errors={"diagnosis": str(error)}), None


@router.post("/suggest")
async def suggest(request: Request) -> Response:
    """Names of diseases and findings that begin with what is typed, which travels in the body."""
    form = await request.form()
    return JSONResponse(opened(request).names.beginning(str(form.get("typed", ""))))
