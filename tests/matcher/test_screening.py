"""What criteria ask about, and which answers follow from what is known of a patient: two tables in seven languages."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from matcher import Matcher, Patient
from matcher.screening.items import ItemReader
from matcher.screening.records import Effect
from matcher.screening.screener import Screener
from tests.matcher.conftest import make_catalogue

SIDES = {"+": "inclusion", "-": "exclusion"}
HERE = Path(__file__).parent


def lines(name: str) -> list[str]:
    text = (HERE / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


class Row(NamedTuple):
    """A criterion, a patient, and the answer that follows."""

    side: str
    criterion: str
    text: str
    patient: Patient
    answer: str | None


def row(line: str) -> Row:
    side, criterion, text, stated, answer = (part.strip() for part in line.split("|"))
    age, sex = ([*stated.split(), "", ""])[:2]
    patient = Patient(float(age) if age else None, sex or None)
    return Row(SIDES[side], criterion, text, patient, None if answer == "-" else answer)


@pytest.fixture(scope="module")
def reader(matcher: Matcher) -> ItemReader:
    return ItemReader(matcher.reader.linker)


@pytest.mark.parametrize("line", lines("criteria.txt"))
def test_a_criterion_asks_about(reader: ItemReader, line: str) -> None:
    asked, criterion = line.split("|")
    _, side, subject = asked.split(" ", 2)
    assert reader.item(criterion, SIDES[side]).subject == subject


@pytest.fixture(scope="module")
def screener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screener]:
    """Over a trial for each row of the table, with its criterion."""
    path = tmp_path_factory.mktemp("screening") / "catalogue.duckdb"
    trials = []
    for number, line in enumerate(lines("screening.txt")):
        told = row(line)
        sides = ((told.criterion,), ()) if told.side == "inclusion" else ((), (told.criterion,))
        trials.append((f"NCT{number:08}", "A trial", (), (), (), *sides, None, None, "all", "recruiting"))
    make_catalogue(path, trials)
    with duckdb.connect(str(path), read_only=True) as connection:
        yield Matcher.open(connection).screener


@pytest.mark.parametrize(("number", "line"), list(enumerate(lines("screening.txt"))))
def test_what_is_known_answers(screener: Screener, number: int, line: str) -> None:
    told = row(line)
    found = screener.screen(f"NCT{number:08}", screener.known(told.text, told.patient))
    (item,) = found.items
    assert (item.answer, item.source) == (told.answer, "known" if told.answer else ""), item.reason
    assert item.reason or not told.answer
    meets = {None: Effect.UNKNOWN, "yes": Effect.MET, "no": Effect.NOT_MET}
    breaks = {None: Effect.UNKNOWN, "yes": Effect.NOT_MET, "no": Effect.MET}
    assert item.effect is (meets if told.side == "inclusion" else breaks)[told.answer]
