"""Every reader on payloads that no registry should send: a reading of trials and rejects, no exception, and in time.

Real samples are damaged bytewise and value by value. A reader whose work grows as the square of a value's length would
take minutes for the long ones. `make nightly` tries more of both.
"""

import datetime as dt
import os
import random
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from crawler.fixtures import cases
from crawler.readers import reader_of
from db.payload import Payload, Reading
from tests.crawler.test_readers import FIXTURES
from tests.support.long_texts import REPEATED, lengthened, values, within_cpu
from tests.support.mutations import damaged

MORE = int(os.environ.get("CALCITRIALS_TEST_FLIPS", "0"))
EXAMPLES, LONG_VALUES = (MORE, MORE * 10) if MORE else (12, 60)
"""For each registry."""
LENGTH = 100_000
"""Of a long value: no registry has one as long."""
CPU_S = 4.0
"""For one record with a long value: read in a hundredth of a second where the work is linear."""
REGISTRIES = sorted({case.parent.name for case in cases(FIXTURES)})
ADDRESSES = {
    "listing": "https://trials.listing.example/listings/1/NCT03582800/",
    "drks": "https://drks.de/search/en/trial/DRKS00000001",
}


@cache
def payloads(registry: str) -> list[Path]:
    found = [next(case.glob("payload.*")) for case in cases(FIXTURES) if case.parent.name == registry]
    return [path for path in found if path.stat().st_size > 400]


def read(registry: str, body: bytes) -> Reading:
    url = ADDRESSES.get(registry, "https://registry.example/1")
    with within_cpu(CPU_S):
        return reader_of(registry)(Payload(registry, url, dt.datetime(2026, 11, 30, tzinfo=dt.UTC), body))


@pytest.mark.parametrize("registry", REGISTRIES)
def test_a_damaged_payload_is_read_or_rejected(registry: str) -> None:
    @seed(15)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def tried(data: st.DataObject) -> None:
        sample = data.draw(st.sampled_from(payloads(registry)))
        reading = read(registry, data.draw(damaged(sample.read_bytes())))
        assert all(reject.reason for reject in reading.rejects)

    tried()


@pytest.mark.parametrize("registry", REGISTRIES)
def test_a_value_however_long_is_read_in_time(registry: str) -> None:
    chance = random.Random(MORE or registry)
    for _ in range(LONG_VALUES):
        sample = chance.choice(payloads(registry))
        text = sample.read_text(encoding="utf-8", errors="replace")
        if places := values(text, sample.suffix):
            repeated, keeps = chance.choice(REPEATED), chance.random() < 0.5
            longer = lengthened(text, sample.suffix, chance.choice(places), repeated, LENGTH, keeps)
            try:
                read(registry, longer.encode())
            except TimeoutError:
                pytest.fail(f"{repeated!r} over and over {'behind' if keeps else 'for'} a value of {sample}")


BLANKS = {
    "isrctn": ("<protocolSerialNumber>", "whole_record"),
    "ctis": ('"eudraCtCode": "', "current-shape"),
    "ictrp": ("<Secondary_ID>", "xml-export"),
}


@pytest.mark.parametrize(("registry", "field"), [(name, field) for name, (field, _) in BLANKS.items()])
def test_blanks_within_a_list_of_numbers(registry: str, field: str) -> None:
    (sample,) = (FIXTURES / registry / BLANKS[registry][1]).glob("payload.*")
    text = sample.read_text(encoding="utf-8")
    assert field in text
    longer = text.replace(field, f"{field}ABC 1{chr(160) * LENGTH}x", 1)
    assert read(registry, longer.encode()).trials
