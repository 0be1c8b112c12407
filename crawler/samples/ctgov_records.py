"""The records of the ClinicalTrials.gov stand-in: raw JSON lines with a light index beside them.

Pages are joined from the raw lines, so a record is never decoded after start and is served byte for byte.
"""

import datetime as dt
import gzip
import re
from pathlib import Path
from typing import NamedTuple

import msgspec

BUNDLED = Path(__file__).with_name("ctgov.jsonl")
SAMPLE_DATE = "2026-11-22"
"""The day the facts of the bundled records were gathered."""

_WORD = re.compile(r"\w+")
_PLURAL = re.compile(r"(?<=\w{3})s\b")


class _Identification(msgspec.Struct, frozen=True, rename="camel"):
    nct_id: str
    nct_id_aliases: tuple[str, ...] = ()
    brief_title: str = ""
    official_title: str = ""


class _Date(msgspec.Struct, frozen=True):
    date: str = ""


class _Status(msgspec.Struct, frozen=True, rename="camel"):
    overall_status: str = ""
    last_update_post_date_struct: _Date = _Date()


class _Conditions(msgspec.Struct, frozen=True):
    conditions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


class _Protocol(msgspec.Struct, frozen=True, rename="camel"):
    identification_module: _Identification
    status_module: _Status = _Status()
    conditions_module: _Conditions = _Conditions()


class _Study(msgspec.Struct, frozen=True, rename="camel"):
    protocol_section: _Protocol


class Entry(NamedTuple):
    """What a query looks at in a record.

    text: conditions, titles and keywords as lower-case words between single spaces, one text a line.
    updated: last update posted (ISO date), empty where the record has none. status: empty likewise.
    """

    nct_id: str
    text: str
    updated: str
    status: str


class Records(NamedTuple):
    """Records in file order: ``raw[i]`` is the JSON of ``entries[i]``.

    positions: place of a record by NCT number. aliases: current NCT number by obsolete one.
    timestamp: the data version, as /version tells it (UTC, without zone). label: where they come from.
    """

    raw: list[bytes]
    entries: list[Entry]
    positions: dict[str, int]
    aliases: dict[str, str]
    timestamp: str
    label: str


def words(text: str) -> str:
    """The words of a text in lower case, a space before, between and after, so that " word " finds a whole one.

    A final s is dropped on both sides of a comparison, as the registry's search takes plurals for their
    singular: "ectopic calcification" finds "Ectopic Calcifications".
    """
    return f" {' '.join(_WORD.findall(_PLURAL.sub('', text.lower())))} "


def load(path: Path | None = None) -> Records:
    """Read one JSON study a line (.jsonl, .ndjson, or either with .gz), by default the bundled sample.

    Raises OSError when the file cannot be read, ValueError naming the line that is no study.
    """
    source = path or BUNDLED
    content = gzip.decompress(source.read_bytes()) if source.suffix == ".gz" else source.read_bytes()
    raw = [line for line in content.split(b"\n") if line.strip()]
    decode = msgspec.json.Decoder(_Study).decode
    records = Records(raw, [], {}, {}, *_version(path))
    for position, line in enumerate(raw):
        try:
            protocol = decode(line).protocol_section
        except msgspec.DecodeError as error:
            raise ValueError(f"{source.name}, record {position + 1}: {error}") from error
        identification = protocol.identification_module
        records.entries.append(_entry(protocol))
        records.positions[identification.nct_id] = position
        records.aliases.update(dict.fromkeys(identification.nct_id_aliases, identification.nct_id))
    return records


def _entry(protocol: _Protocol) -> Entry:
    identification, conditions = protocol.identification_module, protocol.conditions_module
    texts = (
        identification.brief_title,
        identification.official_title,
        *conditions.conditions,
        *conditions.keywords,
    )
    return Entry(
        nct_id=identification.nct_id,
        text="\n".join(map(words, texts)),
        updated=protocol.status_module.last_update_post_date_struct.date,
        status=protocol.status_module.overall_status,
    )


def _version(path: Path | None) -> tuple[str, str]:
    """Data version and label: fixed for the bundled sample, the time of change for another file."""
    if path is None:
        label = f"bundled sample records as of {SAMPLE_DATE}, wording ours; not an answer of ClinicalTrials.gov"
        return f"{SAMPLE_DATE}T09:00:00", label
    changed = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return changed, f"records of the file {path.name} as of {changed}Z; not an answer of ClinicalTrials.gov"
