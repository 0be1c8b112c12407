"""Every reader on the payloads of tests/fixtures/<registry>/<case>/: payload.* in, expected.json out."""

import datetime as dt
import json
from importlib import import_module
from pathlib import Path

import msgspec
import pytest

from db.payload import Payload

FIXTURES = Path(__file__).parents[1] / "fixtures"
CASES = sorted(path.parent for path in FIXTURES.glob("*/*/expected.json"))


def read_case(case: Path) -> dict[str, object]:
    """Run the reader named by the folder over the case's payload; the result as plain JSON values."""
    (body,) = case.glob("payload.*")
    registry = case.parent.name
    payload = Payload(
        registry=registry,
        url=f"https://registry.example/{registry}/{case.name}",
        fetched_at=dt.datetime(2026, 11, 22, tzinfo=dt.UTC),
        body=body.read_bytes(),
    )
    reading = import_module(f"crawler.readers.{registry}").read(payload)
    result = {
        "trials": [msgspec.to_builtins(trial) for trial in reading.trials],
        "rejects": [{"trial_id": r.trial_id, "reason": r.reason} for r in reading.rejects],
    }
    plain: dict[str, object] = json.loads(msgspec.json.encode(result))
    return plain


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_reader_gives_the_expected_record(case: Path) -> None:
    assert read_case(case) == json.loads((case / "expected.json").read_text())
