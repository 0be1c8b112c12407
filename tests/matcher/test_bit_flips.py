"""A bit that changes in a stored file is noticed, mended by a rebuild, or changes no answer.

Where it changes is drawn by chance, from the same seed every time; `make nightly` draws more, from a seed that it
prints.
"""

import os
import random
import shutil
from pathlib import Path

import duckdb
import pytest

from matcher.index_folder import folder_of
from matcher.seal import is_whole, seal
from matcher.service import write_index
from matcher.terminology import cache, default
from tests.matcher.conftest import make_catalogue
from tests.matcher.test_trial_index import TRIALS, answered

FLIPS = int(os.environ.get("CALCITRIALS_TEST_FLIPS", "0"))
"""For each of the tests; 0 stands for a few that are the same every time."""


def drawn(few: int) -> tuple[random.Random, int]:
    seed = random.SystemRandom().randrange(2**32) if FLIPS else 15
    print(f"seed {seed}")
    return random.Random(seed), FLIPS or few


def flip(path: Path, chance: random.Random) -> bytes:
    """Change one bit of a file; what it was before."""
    before = path.read_bytes()
    changed = bytearray(before)
    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    path.write_bytes(changed)
    return before


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes]]:
    """A snapshot with its index, and its answers."""
    path = tmp_path_factory.mktemp("catalogue") / "catalog-1.duckdb"
    make_catalogue(path, TRIALS)
    write_index(path)
    return path, answered(path)


def test_in_the_index_it_is_mended(catalogue: tuple[Path, list[bytes]]) -> None:
    snapshot, expected = catalogue
    chance, times = drawn(8)
    files = sorted(path for path in folder_of(snapshot).rglob("*") if path.is_file())
    assert len(files) > 50
    for _ in range(times):
        file = chance.choice(files)
        before = flip(file, chance)
        assert answered(snapshot) == expected, file
        assert file.name == "seal.json" or file.read_bytes() == before, file


def test_in_a_snapshot_it_is_an_error_or_no_matter(catalogue: tuple[Path, list[bytes]]) -> None:
    snapshot, expected = catalogue
    chance, times = drawn(8)
    noticed = 0
    for _ in range(times):
        before = flip(snapshot, chance)
        try:
            assert answered(snapshot) == expected
        except duckdb.Error:
            noticed += 1
        snapshot.write_bytes(before)
    assert answered(snapshot) == expected
    print(f"{noticed} of {times} were in what was read")


def test_in_the_compiled_terminology_it_is_made_anew(tmp_path: Path) -> None:
    terminology = default()
    kept = tmp_path / f"terms-{terminology.version}"
    shutil.copytree(cache.cache_folder() / kept.name, kept)
    chance, times = drawn(3)
    for file in chance.choices(sorted(kept.iterdir()), k=times):
        before = flip(file, chance)
        assert cache.read(terminology.version, tmp_path) is None, file
        file.write_bytes(before)
        assert cache.read(terminology.version, tmp_path) is not None
    flip(kept / "tables.msgpack", chance)
    cache.write(terminology, tmp_path)
    assert cache.read(terminology.version, tmp_path) is not None
    assert [path.name for path in tmp_path.iterdir()] == [kept.name]


def test_a_seal_reads_what_was_written_since_and_on_demand_everything(tmp_path: Path) -> None:
    folder = tmp_path / "sealed"
    (folder / "below").mkdir(parents=True)
    for name in ("one", "below/two"):
        (folder / name).write_text(name)
    assert not is_whole(folder)
    seal(folder)
    assert is_whole(folder)
    shutil.copytree(folder, tmp_path / "copy")  # of other times
    assert is_whole(tmp_path / "copy")
    times = (folder / "one").stat()
    (folder / "one").write_text("ome")
    os.utime(folder / "one", ns=(times.st_atime_ns, times.st_mtime_ns))  # as if the disk had done it, but for one time
    assert not is_whole(folder)
    assert not is_whole(folder, every_file=True)
    (folder / "one").write_text("one")
    assert is_whole(folder)
    (folder / "below/two").unlink()
    assert not is_whole(folder)
