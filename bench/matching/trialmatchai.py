"""TrialMatchAI over the same trials and queries, as it runs without a GPU or a model: BM25 and hashed embeddings.

Its demo workspace gives the configuration; its trials are replaced by ours, and each query goes in as a FHIR bundle.
This is its weakest configuration: no entity recognition, no concept store, no language model.
"""

import datetime as dt
import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.matching.cache import RivalMissing, python_of
from bench.matching.facts import Fact

BATCH = 50
_DATA = ("trials_jsons", "processed_trials", "processed_criteria", "search", "patients")


def rank(facts: Sequence[Fact], gold: Sequence[Mapping[str, Any]], folder: Path) -> dict[str, list[str]]:
    """Ranked trials by query. Raises RivalMissing when it is not there or fails."""
    program = python_of("trialmatchai").with_name("trialmatchai")
    _run([program, "demo", "--workdir", folder], folder.parent)
    for name in ("results", *(f"data/{name}" for name in _DATA)):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(parents=True)
    ids = {fact["id"].replace("/", "_"): fact["id"] for fact in facts}
    for fact in facts:
        record = _trial(fact)
        (folder / "data/trials_jsons" / f"{record['nct_id']}.json").write_text(json.dumps(record))
    _run([program, "pipeline", "--config", "config.json", "--only", "prepare,index"], folder)
    inputs = folder / "queries"
    inputs.mkdir()
    for start in range(0, len(gold), BATCH):
        arguments: list[str | Path] = []
        for query in gold[start : start + BATCH]:
            path = inputs / f"{query['id']}.fhir.json"
            path.write_text(json.dumps(_bundle(query)))
            arguments += ["--input", path]
        _run([program, "pipeline", "--config", "config.json", "--only", "ingest,match", *arguments], folder)
    return {query["id"]: [ids.get(found, found) for found in _ranked(folder, query["id"])] for query in gold}


def _run(command: Sequence[str | Path], folder: Path) -> None:
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if run.returncode:
        said = (run.stderr or run.stdout).strip().splitlines()
        raise RivalMissing(f"TrialMatchAI ended with status {run.returncode}: {said[-1] if said else ''}")


def _ranked(folder: Path, query: str) -> list[str]:
    """What it retrieves, best first; its later ranking without a model keeps fewer of them and scores lower."""
    try:
        answer = json.loads((folder / "results" / query / "first_level_candidates.json").read_text())
    except (OSError, ValueError):
        return []
    return [trial["nct_id"] for trial in answer.get("candidates", ())]


def _trial(fact: Fact) -> dict[str, str]:
    """A record in its own shape. Where no criteria are known the conditions stand for them, for it needs some."""
    points = fact.get("eligibility_points") or fact["conditions"]
    conditions = "; ".join(fact["conditions"])
    title = fact.get("brief_title") or fact.get("official_title") or fact.get("acronym") or conditions
    return {
        "nct_id": fact["id"].replace("/", "_"),
        "brief_title": title,
        "brief_summary": ". ".join([title, *points]),
        "condition": conditions,
        "overall_status": (fact.get("overall_status") or "unknown").upper().replace(",", "").replace(" ", "_"),
        "gender": fact.get("sex") or "All",
        "minimum_age": fact.get("minimum_age") or "N/A",
        "maximum_age": fact.get("maximum_age") or "N/A",
        "eligibility_criteria": "\n".join(["Inclusion Criteria:", *(f"- {point}" for point in points)]),
    }


def _bundle(query: Mapping[str, Any]) -> Any:
    """The query as a FHIR bundle whose patient bears its id, for results are filed under the patient's."""
    stated = query.get("patient") or {}
    patient: dict[str, Any] = {"resourceType": "Patient", "id": "p1"}
    if stated.get("sex"):
        patient["gender"] = stated["sex"]
    if stated.get("age_years") is not None:
        born = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=round(stated["age_years"] * 365.25) + 1)
        patient["birthDate"] = born.isoformat()
    if query["query"].lstrip().startswith("{"):
        given = json.loads(query["query"])
        entries = given["entry"] if given["resourceType"] == "Bundle" else [{"resource": given}]
        if all(entry["resource"]["resourceType"] != "Patient" for entry in entries):
            entries = [{"resource": patient}, *entries]
    else:
        condition = {
            "resourceType": "Condition",
            "id": "c1",
            "subject": {"reference": "Patient/p1"},
            "code": {"text": query["query"]},
        }
        entries = [{"resource": patient}, {"resource": condition}]
    text = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})
    named = text.replace('"id": "p1"', f'"id": "{query["id"]}"')
    return json.loads(named.replace("Patient/p1", f"Patient/{query['id']}"))
