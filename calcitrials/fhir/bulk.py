"""All trials as NDJSON, a ResearchStudy (R4) a line, as FHIR Bulk Data has it."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import msgspec

from calcitrials.fhir.records import records
from calcitrials.fhir.study import research_study
from db.whole_file import whole_file

AT_ONCE = 1_000
"""Trials read at a time."""
_PERSONS = ("contact", "principalInvestigator")


def lines(connection: duckdb.DuckDBPyConnection, with_contacts: bool = False) -> Iterator[bytes]:
    """Lines of all trials, in the order of their ids. with_contacts: also the persons that registries name."""
    rows = connection.execute("SELECT trial_id FROM trials ORDER BY trial_id").fetchall()
    trial_ids = [str(row[0]) for row in rows]
    for start in range(0, len(trial_ids), AT_ONCE):
        for record in records(connection, trial_ids[start : start + AT_ONCE]):
            study = research_study(record)
            kept = study if with_contacts else {name: one for name, one in study.items() if name not in _PERSONS}
            yield msgspec.json.encode(kept) + b"\n"


def write_ndjson(connection: duckdb.DuckDBPyConnection, folder: Path, with_contacts: bool = False) -> int:
    """Write ``ResearchStudy.ndjson`` into a folder, whole or not at all; how many trials it holds."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    with whole_file(folder / "ResearchStudy.ndjson") as draft, draft.open("wb") as file:
        for line in lines(connection, with_contacts):
            file.write(line)
            count += 1
    return count
