"""Fixtures of the readers: folders with a payload of a registry and the record that its reader makes of it.

A case is a folder ``<registry>/<case>`` with ``payload.<ext>`` and ``expected.json``.
"""

import datetime as dt
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from db.payload import Payload

FETCHED_AT = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
"""When every payload of a fixture counts as fetched, so that the record does not depend on the day of the test."""
EXPECTED = "expected.json"


def cases(folder: Path) -> list[Path]:
    """The cases in a folder: itself, those of a registry, or those of all registries; sorted."""
    return sorted({path.parent for depth in ("", "*/", "*/*/") for path in folder.glob(f"{depth}payload.*")})


def read_case(case: Path) -> dict[str, Any]:
    """What the reader that the case's registry names makes of its payload, as plain JSON values."""
    (body,) = case.glob("payload.*")
    registry = case.resolve().parent.name
    payload = Payload(registry, f"https://registry.example/{registry}/{case.name}", FETCHED_AT, body.read_bytes())
    reading = import_module(f"crawler.readers.{registry}").read(payload)
    result = {
        "trials": [msgspec.to_builtins(trial) for trial in reading.trials],
        "rejects": [{"trial_id": reject.trial_id, "reason": reject.reason} for reject in reading.rejects],
    }
    plain: dict[str, Any] = json.loads(msgspec.json.encode(result))
    return plain


def record_case(case: Path) -> bool:
    """Write what the reader makes of a case's payload as what is expected; whether that is new."""
    expected = case / EXPECTED
    text = json.dumps(read_case(case), ensure_ascii=False, indent=1) + "\n"
    if expected.exists() and json.loads(expected.read_text(encoding="utf-8")) == json.loads(text):
        return False
    expected.write_text(text, encoding="utf-8")
    return True
