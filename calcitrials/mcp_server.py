"""The Model Context Protocol over stdio: the matcher as tools for an assistant on this machine.

What the tools are asked is kept nowhere and not logged. The assistant that asks may send it on: that is for who runs
it to decide, and docs/api.md says so.
"""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

import calcitrials
from calcitrials.api.questions import AskedPatient, MatchQuestion, ScreenQuestion
from calcitrials.api.routes import known_trial, matched, recorded, screened
from calcitrials.web.refusals import Refused
from calcitrials.web.shelf import Opened
from db.catalogue import Catalogue
from db.vocabularies import OPEN_STATUSES, Status
from matcher.screening.records import Answer

INSTRUCTIONS = (
    "Clinical trials of a local catalogue of registry data for a diagnosis. A screening aid: say the reasons and what "
    "is not known, never that a patient is eligible, and that the study team decides. Grades: strong and possible are "
    "worth a look, weak is a hint. Search, then read a trial, then screen it: the checklist says what to ask next."
)
READ_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
MOST = 50
"""Trials that one call gives: more fill an assistant's memory."""
Diagnosis = Annotated[str, Field(min_length=1, description="Free text, a code such as L94.2, or FHIR JSON.")]
Age = Annotated[float | None, Field(ge=0, le=130, description="Age in years, where known.")]
Sex = Annotated[Literal["female", "male"] | None, Field(description="Where known.")]
Country = Annotated[str | None, Field(description="Where the patient lives: name or code of two letters.")]
Near = Annotated[str | None, Field(description="Where the patient lives: a town, or latitude and longitude.")]
Within = Annotated[float | None, Field(gt=0, description="How far from there the patient would travel.")]
Trial = Annotated[str, Field(min_length=1, description="Any number of the trial, such as NCT03582800.")]
Limit = Annotated[int, Field(ge=1, le=MOST, description="Most trials.")]


def mcp_server(catalog: Path) -> MCPServer:
    """A server over what is published in a catalogue's folder. Raises db.catalogue.CatalogueError."""
    current = Opened.newest(Catalogue(catalog))
    server = MCPServer(
        "calcitrials", version=calcitrials.__version__, instructions=INSTRUCTIONS, log_level="ERROR"
    )  # fmt: skip

    @server.tool(annotations=READ_ONLY)
    def search(
        diagnosis: Diagnosis, age_years: Age = None, sex: Sex = None, country: Country = None,
        only_open: Annotated[bool, Field(description="Only trials that can be joined, or soon.")] = True,
        limit: Limit = 10, near: Near = None, within_km: Within = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Trials for a diagnosis, best first, with reasons; those that a stated limit excludes stand apart."""
        statuses = tuple(map(Status, OPEN_STATUSES)) if only_open else ()
        question = MatchQuestion(diagnosis, AskedPatient(age_years, sex, country), statuses, limit, near, within_km)
        return _answer(lambda: matched(current, question))

    @server.tool(annotations=READ_ONLY)
    def trial(trial_id: Trial) -> dict[str, Any]:
        """Everything that the catalogue holds of one trial."""
        return _answer(lambda: recorded(current, trial_id))

    @server.tool(annotations=READ_ONLY)
    def similar(trial_id: Trial, limit: Limit = 10) -> dict[str, Any]:
        """Trials for the same or a related disease or finding, each with the reason."""
        return _answer(lambda: {"matches": current.similar(known_trial(current, trial_id), limit)})

    @server.tool(annotations=READ_ONLY)
    def screen(
        trial_id: Trial,
        diagnosis: Annotated[str | None, Field(description="What is known of the patient, as text.")] = None,
        age_years: Age = None, sex: Sex = None, country: Country = None,
        answers: Annotated[
            dict[str, Answer] | None, Field(description="What is known of single criteria, by their keys.")
        ] = None,
        near: Near = None, within_km: Within = None,
    ) -> dict[str, Any]:  # fmt: skip
        """A trial's limits and criteria against a patient: excluded, possible or unknown, why, and what to ask next."""
        patient = AskedPatient(age_years, sex, country)
        question = ScreenQuestion(diagnosis or None, patient, answers or {}, near, within_km)
        return _answer(lambda: screened(current, trial_id, question))

    return server


def _answer(ask: Any) -> dict[str, Any]:
    """An answer as plain JSON values; a refusal as an error of the tool."""
    try:
        answer: dict[str, Any] = json.loads(msgspec.json.encode(ask()))
    except Refused as refused:
        raise ToolError(refused.detail) from None
    return answer
