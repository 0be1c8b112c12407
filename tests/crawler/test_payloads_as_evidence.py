"""What a registry said is kept as evidence: damage and loss are named, and never published as fact."""

import datetime as dt
import shutil
from pathlib import Path

import pytest
import zstandard

from db.archive import ArchiveIndex, ArchiveWriter, Damaged, archives, read_archive
from db.payload import Payload
from tests.support.running import calcitrials, crawl, last_report, rows

WHEN = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


def stored(folder: Path, *bodies: bytes) -> Path:
    """An archive of these answers."""
    writer = ArchiveWriter(folder, "ctgov", "20261122T000000Z-000000")
    for number, body in enumerate(bodies):
        writer.append(Payload("ctgov", f"https://registry.example/{number}", WHEN, body))
    writer.close()
    return writer.path


def read(path: Path) -> list[str]:
    """What is read: the bodies, and a word for each that is damaged."""
    return [
        f"damaged: {one.reason}" if isinstance(one, Damaged) else one.body.decode()
        for one in read_archive(path, "ctgov")
    ]


def flipped(path: Path, at: int, bit: int) -> None:
    """Turn one bit of the file."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1 << bit
    path.write_bytes(data)


@pytest.mark.parametrize("bit", range(8))
def test_no_flipped_bit_is_read_as_what_a_registry_said(tmp_path: Path, bit: int) -> None:
    bodies = [b"Carbon Dioxide Laser " * 20, b"sodium thiosulfate", b"x" * 300]
    whole = stored(tmp_path, *bodies).read_bytes()
    path = archives(tmp_path, "ctgov")[0]
    for at in range(len(whole)):
        path.write_bytes(whole)
        flipped(path, at, bit)
        found = list(read_archive(path, "ctgov"))
        good = [one.body for one in found if isinstance(one, Payload)]
        assert set(good) <= set(bodies)
        assert len(good) >= len(bodies) - 2
        in_last_frame_of_the_file = bodies[:2] == good
        assert any(isinstance(one, Damaged) for one in found) or in_last_frame_of_the_file or good == bodies


def test_what_stands_behind_a_damaged_payload_is_read(tmp_path: Path) -> None:
    path = stored(tmp_path, b"first", b"second" * 50, b"third")
    flipped(path, frames(path)[1] // 2, 3)
    assert [one.startswith("damaged") for one in read(path)] == [True, False, False]
    index = ArchiveIndex(path, "ctgov")
    assert (len(index), index.get("https://registry.example/0")) == (2, None)


def test_a_line_whose_text_was_changed_is_told_by_its_sha256(tmp_path: Path) -> None:
    path = stored(tmp_path, b"Carbon Dioxide Laser")
    line = zstandard.ZstdDecompressor().decompressobj().decompress(path.read_bytes())
    path.write_bytes(zstandard.ZstdCompressor(write_checksum=True).compress(line.replace(b"Dioxide", b"Bioxide")))
    assert read(path) == ["damaged: its SHA-256 is not the one stored with it (https://registry.example/0)"]


def test_a_line_that_a_killed_crawl_left_unfinished_is_left_out(tmp_path: Path) -> None:
    path = stored(tmp_path, b"first", b"second" * 50)
    whole = path.read_bytes()
    for length in range(frames(path)[1], len(whole)):
        path.write_bytes(whole[:length])
        assert read(path) == ["first"]


def test_lines_of_earlier_versions_without_a_sha256_are_read(tmp_path: Path) -> None:
    line = b'{"url":"https://registry.example","fetched_at":"2026-11-22T00:00:00Z","body":"as it was"}\n'
    path = tmp_path / "old.ndjson.zst"
    path.write_bytes(zstandard.ZstdCompressor().compress(line))
    assert read(path) == ["as it was"]


def frames(path: Path) -> list[int]:
    """Where the frames of a file begin."""
    data, found, at = path.read_bytes(), [], 0
    while (at := data.find(zstandard.FRAME_HEADER, at)) >= 0:
        found.append(at)
        at += 1
    return found


@pytest.fixture(scope="module")
def crawled(sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue with its payloads."""
    catalog = tmp_path_factory.mktemp("evidence")
    assert crawl(catalog, sample_url, "--all").status == 0
    return catalog


@pytest.fixture
def copy(crawled: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    shutil.copytree(crawled, tmp_path / "catalog", symlinks=True)
    return tmp_path / "catalog"


def test_a_damaged_payload_is_named_and_not_published(copy: Path) -> None:
    (path,) = archives(copy / "payloads", "ctgov")
    flipped(path, path.stat().st_size // 2, 0)
    before = rows(copy, "SELECT * EXCLUDE (crawl_id, changed_at) FROM trials ORDER BY trial_id")
    run = calcitrials("reread", "--catalog", copy)
    assert run.status == 1
    assert f"a damaged payload was left out: {path.name}, byte " in run.err
    assert "trials of the catalogue is archived; they stay as they are" in run.err
    assert last_report(copy)["complete"] is False
    assert rows(copy, "SELECT * EXCLUDE (crawl_id, changed_at) FROM trials ORDER BY trial_id") == before


def test_a_missing_archive_is_no_complete_reading(copy: Path) -> None:
    shutil.rmtree(copy / "payloads" / "ctgov")
    (copy / "payloads" / "ctgov").mkdir()
    trials = len(rows(copy, "SELECT trial_id FROM trials"))
    run = calcitrials("reread", "--catalog", copy)
    assert run.status == 1
    assert f"no whole payload of {trials} trials of the catalogue is archived" in run.err
    assert len(rows(copy, "SELECT trial_id FROM trials")) == trials
