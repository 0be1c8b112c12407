"""The tools of the Model Context Protocol, called by the SDK's own client over stdio."""

import json
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.support.running import crawl, environment

ANCHOR = "NCT03582800"


@pytest.fixture(scope="module")
def said(sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a client is told in one session, by a name for each call."""
    folder = tmp_path_factory.mktemp("mcp")
    assert crawl(folder / "catalog", sample_url).status == 0
    program = str(Path(sys.executable).with_name("calcitrials"))
    server = StdioServerParameters(
        command=program, args=["mcp", "--catalog", str(folder / "catalog")], env=environment()
    )  # fmt: skip
    calls: dict[str, tuple[str, dict[str, Any]]] = {
        "search": ("search", {"diagnosis": "calcinosis cutis of Quillfeather", "age_years": 54, "only_open": False}),
        "not understood": ("search", {"diagnosis": "calcinosis", "country": "Atlantis"}),
        "out of bounds": ("search", {"diagnosis": "calcinosis", "limit": 100_000}),
        "trial": ("trial", {"trial_id": ANCHOR}),
        "no trial": ("trial", {"trial_id": "NCT00000000"}),
        "similar": ("similar", {"trial_id": ANCHOR, "limit": 2}),
        "screen": ("screen", {"trial_id": ANCHOR, "diagnosis": "calcinosis cutis", "age_years": 1}),
    }

    async def session() -> dict[str, Any]:
        found: dict[str, Any] = {}
        with (folder / "stderr").open("w") as errors:
            async with stdio_client(server, errlog=errors) as streams, ClientSession(*streams) as client:
                await client.initialize()
                found["tools"] = (await client.list_tools()).tools
                for name, (tool, arguments) in calls.items():
                    found[name] = await client.call_tool(tool, arguments)
        return found

    return {**anyio.run(session), "stderr": (folder / "stderr").read_text()}


def values(result: Any) -> dict[str, Any]:
    assert not result.is_error, result.content
    found = json.loads(result.content[0].text)
    assert isinstance(found, dict)
    return found


def error(result: Any) -> str:
    assert result.is_error
    return str(result.content[0].text)


def test_four_tools_that_change_nothing(said: dict[str, Any]) -> None:
    assert {tool.name for tool in said["tools"]} == {"search", "trial", "similar", "screen"}
    assert all(tool.annotations.read_only_hint and tool.description for tool in said["tools"])


def test_a_search_has_reasons(said: dict[str, Any]) -> None:
    matches = values(said["search"])["matches"]
    assert ANCHOR in [match["trial_id"] for match in matches]
    assert all(match["because"] for match in matches)


def test_a_trial_and_those_like_it(said: dict[str, Any]) -> None:
    assert values(said["trial"])["trial_id"] == ANCHOR
    assert 0 < len(values(said["similar"])["matches"]) <= 2


def test_a_checklist_says_why_not(said: dict[str, Any]) -> None:
    checklist = values(said["screen"])
    assert checklist["verdict"] == "excluded"
    assert "2 years" in checklist["excluded_by"][0]


def test_what_cannot_be_answered_is_said_plainly(said: dict[str, Any]) -> None:
    assert "country" in error(said["not understood"])
    assert "no such trial" in error(said["no trial"])
    assert "limit" in error(said["out of bounds"])


def test_nothing_of_a_patient_is_logged(said: dict[str, Any]) -> None:
    assert "Quillfeather" not in said["stderr"]
    assert "Traceback" not in said["stderr"]
