"""Work shared among processes of which some are killed."""

import os
import signal
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from matcher.batch.processes import MOST_LOST, in_processes

DEADLY, DEADLY_ONCE = -1, -2
_folder: list[Path] = []


def begin(folder: Path) -> None:
    _folder.append(folder)


def doubled(number: int) -> int:
    mark = _folder[0] / "died"
    if number == DEADLY or (number == DEADLY_ONCE and not mark.exists()):
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def test_a_killed_process_costs_a_retry_and_a_deadly_piece_only_itself(tmp_path: Path) -> None:
    pieces = [1, 2, DEADLY_ONCE, 3, DEADLY, 4, 5, 6, 7, DEADLY, 8]
    answers = list(in_processes(doubled, pieces, 2, begin, tmp_path, lost=lambda piece: 100 + piece))
    assert answers == [2, 4, -4, 6, 99, 8, 10, 12, 14, 99, 16]


def test_where_every_piece_kills_or_nothing_stands_in_for_one_it_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BrokenProcessPool):
        list(in_processes(doubled, [DEADLY] * (MOST_LOST + 5), 2, begin, tmp_path, lost=lambda piece: 0))
    with pytest.raises(BrokenProcessPool):
        list(in_processes(doubled, [1, DEADLY], 2, begin, tmp_path))
