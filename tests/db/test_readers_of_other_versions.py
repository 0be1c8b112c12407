"""Readers of DuckDB 1.5 and of this version see a whole catalogue each time, while publication follows publication.

The other version lies in an environment of its own, which is made here where the package index can be had.
"""

import datetime as dt
import os
import subprocess
import sys
import venv
from pathlib import Path

import duckdb
import pytest

from db.catalogue import Catalogue
from db.writer import write_trials
from tests.db.test_catalogue_publication import trial

PUBLICATIONS = 100 if os.environ.get("CALCITRIALS_TEST_FLIPS") else 8
OTHER = "duckdb>=1.5,<1.6"
READ = """
import sys, time
from pathlib import Path
import duckdb
link, times, looked, ended = Path(sys.argv[1]), 0, set(), Path(sys.argv[2])
while True:
    last = ended.exists()
    for _ in range(3):  # a snapshot that goes between the look and the opening is asked for anew
        try:
            connection = duckdb.connect(str(link.resolve()), read_only=True)
            break
        except duckdb.IOException:
            continue
    generations = connection.execute("SELECT brief_title, count(*) FROM trials GROUP BY ALL").fetchall()
    ((generation, trials),) = generations
    assert trials == 200, generations
    looked.add(generation)
    connection.execute("SELECT * FROM trials").fetchall()
    connection.close()
    times += 1
    time.sleep(0.02)
    if last:
        print(duckdb.__version__, times, len(looked), generation)
        break
"""


@pytest.fixture(scope="module")
def other_version(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter of an environment with DuckDB 1.5."""
    folder = tmp_path_factory.mktemp("older")
    venv.create(folder, with_pip=False)
    python = str(folder / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "--quiet", "--disable-pip-version-check"]
    run = subprocess.run([*pip, "install", OTHER], capture_output=True, text=True, check=False, timeout=300)
    if run.returncode != 0:
        pytest.skip(f"{OTHER} cannot be had here: {run.stderr.splitlines()[-1] if run.stderr else 'no reason'}")
    return python


def test_each_reader_sees_whole_catalogues(tmp_path: Path, other_version: str) -> None:
    catalogue = Catalogue(tmp_path / "catalog")
    ended = tmp_path / "ended"

    def publish(generation: int) -> None:
        with catalogue.writing("a test") as connection:
            trials = [trial(f"T{number:03d}", f"generation {generation}") for number in range(200)]
            write_trials(connection, trials, "crawl", dt.datetime.now(dt.UTC))
            catalogue.publish(connection)

    publish(0)
    readers = [
        subprocess.Popen(
            [python, "-c", READ, str(catalogue.current), str(ended)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for python in (sys.executable, other_version)
    ]  # fmt: skip
    for generation in range(1, PUBLICATIONS + 1):
        publish(generation)
    ended.touch()
    said = [reader.communicate() for reader in readers]
    assert [reader.returncode for reader in readers] == [0, 0], said
    versions = [out.split()[0] for out, _ in said]
    assert versions[0] == duckdb.__version__
    assert versions[1].startswith("1.5.")
    for out, _ in said:
        _, times, generations, *last = out.split()
        assert int(times) > int(generations) > 2
        assert last == ["generation", str(PUBLICATIONS)]
