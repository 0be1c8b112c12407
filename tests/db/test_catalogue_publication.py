"""Publication: complete snapshots, one relative link changed atomically, a few kept, readable by DuckDB 1.5."""

import datetime as dt
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from db.catalogue import Catalogue, CatalogueError, CatalogueMissing
from db.publication import publish as publish_through_gates
from db.trial import Provenance, Trial
from db.writer import encode, write_trials
from tests.support.faults import no_file_larger_than


def trial(trial_id: str, title: str | None = None, fetched_at: dt.datetime | None = None) -> bytes:
    provenance = Provenance("http://registry.example/1", fetched_at or dt.datetime.now(dt.UTC), "0" * 64)
    url = f"http://registry.example/{trial_id}"
    return encode(Trial(trial_id=trial_id, registry="ctgov", url=url, brief_title=title, provenance=provenance))


def test_neither_a_reader_nor_the_writer_prints_progress_among_the_data(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    publish(catalogue, "T1")
    setting = "SELECT current_setting('enable_progress_bar')"
    with catalogue.connect() as reader, catalogue.writing("test") as writer:
        for connection in (reader, reader.cursor(), writer):
            assert connection.execute(setting).fetchall() == [(False,)]


def publish(catalogue: Catalogue, *trial_ids: str) -> Path:
    with catalogue.writing("a test") as connection:
        write_trials(connection, [trial(one) for one in trial_ids], "crawl", dt.datetime.now(dt.UTC))
        return catalogue.publish(connection)


def trial_ids(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT trial_id FROM trials ORDER BY trial_id").fetchall()]


def test_the_last_two_snapshots_are_kept_and_the_link_is_relative(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "catalog")
    published = [publish(catalogue, f"T{number}") for number in range(7)]
    assert sorted((catalogue.root / "snapshots").iterdir()) == published[-2:]
    assert catalogue.current.is_symlink()
    assert not catalogue.current.readlink().is_absolute()
    assert catalogue.published == published[-1]
    with closing(catalogue.connect()) as connection:
        assert trial_ids(connection) == [f"T{number}" for number in range(7)]

    moved = Catalogue(catalogue.root.rename(tmp_path / "elsewhere"))
    with closing(moved.connect()) as connection:
        assert len(trial_ids(connection)) == 7
    assert not list(moved.root.glob("*.tmp"))


def test_what_was_made_of_a_snapshot_goes_with_it(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    made: list[Path] = []
    for _ in range(6):
        with catalogue.writing("test") as connection:
            snapshot = catalogue.publish(connection)
        made.append(snapshot.with_suffix(".index"))
        made[-1].mkdir()
        (made[-1] / "part.npy").touch()
    assert [folder.exists() for folder in made] == [False] * 4 + [True] * 2


def test_a_snapshot_is_in_the_storage_format_of_duckdb_1_5_and_has_no_log_beside_it(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    snapshot = publish(catalogue, "T1")
    with closing(catalogue.connect()) as connection:
        ((tags,),) = connection.execute(
            "SELECT tags FROM duckdb_databases() WHERE database_name = current_database()"
        ).fetchall()
    assert tags["storage_version"].startswith("v1.5")
    assert list(snapshot.parent.iterdir()) == [snapshot]


def test_a_reader_keeps_its_snapshot_and_the_next_one_finds_the_new(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    publish(catalogue, "T1")
    with closing(catalogue.connect()) as before:
        with catalogue.writing("a test") as connection:
            write_trials(connection, [trial("T2")], "crawl", dt.datetime.now(dt.UTC))
            with closing(catalogue.connect()) as during:
                assert trial_ids(during) == ["T1"]
            for _ in range(6):  # the snapshot that is read is no longer kept
                catalogue.publish(connection)
        assert trial_ids(before) == ["T1"]
        with closing(catalogue.connect()) as after:
            assert trial_ids(after) == ["T1", "T2"]


def test_readers_cannot_write(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    publish(catalogue, "T1")
    with closing(catalogue.connect()) as connection, pytest.raises(duckdb.InvalidInputException, match="read-only"):
        connection.execute("DELETE FROM trials")


@pytest.mark.parametrize("leftover", ["snapshots/catalog-20260101T000000000000Z.tmp", "current.tmp"])
def test_what_a_killed_publication_left_is_in_nobodys_way(tmp_path: Path, leftover: str) -> None:
    catalogue = Catalogue(tmp_path)
    publish(catalogue, "T1")
    if leftover == "current.tmp":
        (tmp_path / leftover).symlink_to("snapshots/gone.duckdb")
    else:
        (tmp_path / leftover).write_bytes(b"half a snapshot")
    publish(catalogue, "T2")
    assert not (tmp_path / leftover).is_symlink()
    assert not (tmp_path / leftover).exists()
    with closing(catalogue.connect()) as connection:
        assert trial_ids(connection) == ["T1", "T2"]


def test_a_snapshot_that_could_not_be_written_leaves_nothing_and_changes_nothing(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    published = publish(catalogue, "T1")
    with catalogue.writing("a test") as connection:
        write_trials(connection, [trial("T2")], "crawl", dt.datetime.now(dt.UTC))
        with no_file_larger_than(100_000), pytest.raises(duckdb.Error, match="File too large"):
            catalogue.publish(connection)
    assert list((tmp_path / "snapshots").iterdir()) == [published]
    assert catalogue.published == published
    publish(catalogue, "T3")
    with closing(catalogue.connect()) as connection:
        assert trial_ids(connection) == ["T1", "T2", "T3"]


def test_a_clock_that_goes_back_costs_neither_the_new_snapshot_nor_new_states(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    published = publish(catalogue, "T1")
    for year in range(2091, 2097):
        ahead = published.with_name(f"catalog-{year}0101T000000000000Z.duckdb")
        ahead.write_bytes(published.read_bytes())
    now = dt.datetime.now(dt.UTC)
    with catalogue.writing("a test") as connection:
        write_trials(connection, [trial("T2", "by a clock ahead", now.replace(year=2097))], "crawl", now)
        write_trials(connection, [trial("T2", "by the right clock", now)], "crawl", dt.datetime.now(dt.UTC))
        published = catalogue.publish(connection)
    assert catalogue.published == published
    assert len(list((tmp_path / "snapshots").iterdir())) == 2
    with closing(catalogue.connect()) as connection:
        found = connection.execute("SELECT brief_title FROM trials WHERE trial_id = 'T2'").fetchall()
    assert found == [("by the right clock",)]


def test_the_catalogue_lies_there_twice(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    snapshot = publish(catalogue, "T1")
    assert catalogue.writer_file.read_bytes() == snapshot.read_bytes()
    publish(catalogue, "T2")
    assert not catalogue.writer_file.exists()
    with catalogue.writing("a test") as connection:
        write_trials(connection, [trial("T3")], "crawl", dt.datetime.now(dt.UTC))
    with catalogue.writing("a test") as connection:
        assert trial_ids(connection) == ["T1", "T2", "T3"]  # what is not published yet is kept
        catalogue.publish(connection)
        write_trials(connection, [trial("T4")], "crawl", dt.datetime.now(dt.UTC))
    with catalogue.writing("a test") as connection:
        assert trial_ids(connection) == ["T1", "T2", "T3", "T4"]


def test_a_damaged_or_lost_snapshot_gives_its_place_to_the_one_before(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    publish(catalogue, "T1")
    publish(catalogue, "T2").write_bytes(b"no database")
    assert not catalogue.writer_file.exists()
    publish(catalogue, "T3")
    with closing(catalogue.connect()) as connection:
        assert trial_ids(connection) == ["T1", "T3"]


def test_many_increments_are_published_whole(tmp_path: Path) -> None:
    """Those that are copies of the working file, and those for which its rows are written anew."""
    catalogue = Catalogue(tmp_path)
    names = [f"T{number}" for number in range(9)]
    for number, name in enumerate(names):
        with catalogue.writing("a test") as connection:
            states = [trial(f"{name}-{place}", f"title {number}") for place in range(300)]
            write_trials(connection, [*states, trial("T", f"title {number}")], "crawl", dt.datetime.now(dt.UTC))
            snapshot = catalogue.publish(connection)
        with closing(catalogue.connect()) as connection:
            assert len(trial_ids(connection)) == 300 * (number + 1) + 1
            query = "SELECT brief_title FROM trials WHERE trial_id = 'T'"
            assert connection.execute(query).fetchall() == [(f"title {number}",)]
        assert list(snapshot.parent.glob("*.wal")) == []


def test_a_working_file_that_somebody_else_has_open_is_not_thrown_away(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    with catalogue.writing("a test") as connection:
        write_trials(connection, [trial("T1")], "crawl", dt.datetime.now(dt.UTC))
    look = "import duckdb, sys; file = duckdb.connect(sys.argv[1], read_only=True); print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", look, str(catalogue.writer_file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as reader:
        assert reader.stdout is not None
        reader.stdout.readline()
        with pytest.raises(CatalogueError, match=f"writer.duckdb cannot be opened: .*PID {reader.pid}"):
            publish(catalogue, "T2")
        reader.communicate(b"")
    publish(catalogue, "T2")
    with closing(catalogue.connect()) as connection:
        assert trial_ids(connection) == ["T1", "T2"]


@pytest.mark.parametrize("damage", [b"no database", bytes(200_000), None])
def test_a_damaged_working_file_is_made_anew_from_what_is_published(tmp_path: Path, damage: bytes | None) -> None:
    catalogue = Catalogue(tmp_path)
    publish(catalogue, "T1")
    whole = catalogue.writer_file.read_bytes()
    catalogue.writer_file.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    publish(catalogue, "T2")
    with closing(catalogue.connect()) as connection:
        assert trial_ids(connection) == ["T1", "T2"]
    assert (tmp_path / "writer.duckdb.damaged").exists()


def test_a_damaged_snapshot_is_said_and_the_working_file_takes_its_place(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    snapshot = publish(catalogue, "T1")
    damaged = bytearray(snapshot.read_bytes())
    damaged[4096:12288] = bytes(8192)
    snapshot.write_bytes(damaged)
    with pytest.raises(CatalogueError, match="cannot be opened as a catalogue"):
        catalogue.connect()
    with catalogue.writing("a test") as connection, pytest.raises(CatalogueError, match="is damaged"):
        publish_through_gates(catalogue, connection, [])
    catalogue.current.unlink()
    with catalogue.writing("a test") as connection:
        publish_through_gates(catalogue, connection, [])
    with closing(catalogue.connect()) as connection:
        assert trial_ids(connection) == ["T1"]


def test_snapshots_deleted_by_hand_are_said_and_come_back(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    publish(catalogue, "T1").unlink()
    with pytest.raises(CatalogueMissing, match="points to a snapshot that is gone: run a crawl"):
        catalogue.connect()
    publish(catalogue, "T2")
    with closing(catalogue.connect()) as connection:
        assert trial_ids(connection) == ["T1", "T2"]


def test_what_is_no_catalogue_is_said(tmp_path: Path) -> None:
    with pytest.raises(CatalogueMissing, match="there is no catalogue in"):
        Catalogue(tmp_path).connect()
    (tmp_path / "current.duckdb").write_text("plain text")
    with pytest.raises(CatalogueError, match="cannot be opened as a catalogue"):
        Catalogue(tmp_path).connect()
    (tmp_path / "payloads").write_text("")
    with (
        pytest.raises(CatalogueError, match="cannot write into the folder"),
        Catalogue(tmp_path).writing("a test"),
    ):
        pass
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(CatalogueError, match="cannot make the catalogue folder"),
        Catalogue(tmp_path / "file").writing("a test"),
    ):
        pass


def test_another_schema_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    publish(catalogue, "T1")
    with duckdb.connect(catalogue.writer_file) as writer:
        writer.execute("UPDATE catalogue_info SET value = '999' WHERE key = 'schema_version'")
    with pytest.raises(CatalogueError, match="schema 999"), catalogue.writing("a test"):
        pass
    with duckdb.connect(catalogue.writer_file, read_only=True) as writer:
        assert trial_ids(writer) == ["T1"]
