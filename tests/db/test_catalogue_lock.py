"""One writer at a time, and readers whom nothing blocks, between real processes."""

import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from db.catalogue import Catalogue
from tests.support import faults
from tests.support.ctgov_answers import ANCHOR, BUNDLED_IDS
from tests.support.faults import Rule, faulty, path_ends
from tests.support.running import ROOT, calcitrials, crawl, environment, scrapy, start, trial_ids

COUNT = ("sql", "SELECT count(*) AS trials FROM trials", "--format", "csv", "--catalog")


def test_during_a_crawl_others_read_and_nobody_else_writes(sample_url: str, tmp_path: Path) -> None:
    catalog = tmp_path / "catalog"
    assert crawl(catalog, sample_url, "--id", ANCHOR).status == 0
    gate = threading.Event()
    with (
        faulty(sample_url, [Rule(faults.held(gate), where=path_ends("/studies"))]) as registry,
        closing(Catalogue(catalog).connect()) as reader,
    ):
        env = environment({"ctgov": registry.url})
        running = start("crawl", "ctgov", "--all", "--delay", "0", "--catalog", catalog, env=env)
        try:
            registry.wait_for(1, path_ends("/studies"))

            second = crawl(catalog, sample_url, "--all")
            assert second.status == 1
            assert f"the catalogue in {catalog} is being written by calcitrials crawl ctgov" in second.error
            assert f"(process {running.pid}, since 20" in second.error

            again = calcitrials("reread", "--catalog", catalog)
            assert again.status == 1
            assert f"process {running.pid}" in again.error

            bare = scrapy("crawl", "ctgov", "-a", "all=1", env={**env, "CALCITRIALS_CATALOG": str(catalog)})
            assert f"process {running.pid}" in bare.err
            assert len(registry.asked("/studies")) == 1

            assert calcitrials(*COUNT, catalog).out == "trials\n1\n"
            assert reader.execute("SELECT count(*) FROM trials").fetchone() == (1,)
        finally:
            gate.set()
            ended = running.wait()
        assert ended.status == 0, ended.err
        assert reader.execute("SELECT count(*) FROM trials").fetchone() == (1,)
    assert trial_ids(catalog) == set(BUNDLED_IDS)
    # the lock is free again
    assert calcitrials("reread", "--catalog", catalog).status == 0


def test_a_crawl_may_wait_for_the_one_before_it(sample_url: str, tmp_path: Path) -> None:
    catalog, gate = tmp_path / "catalog", threading.Event()
    with faulty(sample_url, [Rule(faults.held(gate), where=path_ends("/studies"))]) as registry:
        arguments = ("crawl", "ctgov", "--all", "--delay", "0", "--catalog", catalog)
        first = start(*arguments, env=environment({"ctgov": registry.url}))
        registry.wait_for(1, path_ends("/studies"))
        second = start(*arguments, "--wait", "120", env=environment({"ctgov": sample_url}))
        gate.set()
        assert (first.wait().status, second.wait().status) == (0, 0)
    assert trial_ids(catalog) == set(BUNDLED_IDS)


@pytest.mark.parametrize("name", ["snapshots", "writer.holder.json", "writer.lock", "writer.duckdb"])
def test_a_link_in_place_of_a_file_of_the_catalogue_is_refused(sample_url: str, tmp_path: Path, name: str) -> None:
    catalog, elsewhere = tmp_path / "catalog", tmp_path / "elsewhere"
    catalog.mkdir()
    if name == "snapshots":
        elsewhere.mkdir()
        (elsewhere / "draft.tmp").write_text("somebody else's")
    else:
        elsewhere.write_text("somebody else's")
    before = [(path, path.is_file() and path.read_text()) for path in sorted(tmp_path.rglob("else*/**"))]
    (catalog / name).symlink_to(elsewhere)
    run = crawl(catalog, sample_url, "--id", ANCHOR)
    assert (run.status, run.error) == (
        1, f"{catalog / name} is a link, and only the catalogue's own files are written: remove it"
    )  # fmt: skip
    assert [(path, path.is_file() and path.read_text()) for path in sorted(tmp_path.rglob("else*/**"))] == before
    (catalog / name).unlink()
    moved = tmp_path / "linked"
    moved.symlink_to(catalog)  # the folder as a whole may be anywhere
    assert crawl(moved, sample_url, "--id", ANCHOR).status == 0


READER = """
import sys
from contextlib import closing
from db.catalogue import Catalogue
catalogue, seen = Catalogue(sys.argv[1]), set()
print("ready", flush=True)
while not (catalogue.root / "end").exists():
    with closing(catalogue.connect()) as connection:
        ((marks, least, most),) = connection.execute("SELECT count(*), min(mark), max(mark) FROM marks").fetchall()
    assert marks == 1000 and least == most, (marks, least, most)
    seen.add(least)
print(len(seen))
"""


def test_readers_see_whole_states_during_a_hundred_publications(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    with catalogue.writing("a test") as connection:
        connection.execute("CREATE TABLE marks AS SELECT 0 AS mark FROM range(1000)")
        catalogue.publish(connection)
        readers = [
            subprocess.Popen([sys.executable, "-c", READER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        for reader in readers:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "ready\n"
        try:
            for number in range(1, 101):
                connection.execute("UPDATE marks SET mark = ?", [number])
                catalogue.publish(connection)
        finally:
            (tmp_path / "end").touch()
            said = [reader.communicate()[0] for reader in readers]
    assert [reader.returncode for reader in readers] == [0, 0]
    assert all(int(seen) > 1 for seen in said)
    assert len(list((tmp_path / "snapshots").glob("*.duckdb"))) == 2
