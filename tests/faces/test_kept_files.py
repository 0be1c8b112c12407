"""Watches and notes lie in files in which damage is noticed, whoever died while he wrote."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from calcitrials.kept_file import NotKept, opened, verified
from calcitrials.web.note_store import NoteStore, Shared

TABLES = "CREATE TABLE IF NOT EXISTS rows (number INTEGER PRIMARY KEY, text TEXT NOT NULL)"
TEXT = "a condition that somebody watches"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "page" / "watches.sqlite"
    with opened(path, TABLES) as file:
        file.executemany("INSERT INTO rows VALUES (?, ?)", [(number, f"{TEXT} {number}") for number in range(200)])
    return path


def texts(path: Path) -> list[str]:
    with opened(path, TABLES) as file:
        return [text for (text,) in file.execute("SELECT text FROM rows ORDER BY number")]


def test_a_bit_that_changed_anywhere_is_noticed(kept: Path) -> None:
    whole, expected = kept.read_bytes(), texts(kept)
    for at in range(3, len(whole), len(whole) // 60):
        damaged = bytearray(whole)
        damaged[at] ^= 4
        kept.write_bytes(damaged)
        with pytest.raises(NotKept, match="damaged"):
            texts(kept)
    kept.write_bytes(whole)
    assert texts(kept) == expected
    seal = kept.with_suffix(".seal")
    seal.write_bytes(seal.read_bytes().replace(b"crc32", b"crc33"))
    with pytest.raises(NotKept, match="damaged"):
        texts(kept)


def test_a_backup_is_put_back(kept: Path, tmp_path: Path) -> None:
    backup = shutil.copytree(kept.parent, tmp_path / "backup")
    with opened(kept, TABLES) as file:
        file.execute("DELETE FROM rows")
    shutil.rmtree(kept.parent)
    shutil.copytree(backup, kept.parent)
    assert len(texts(kept)) == 200
    assert verified(kept, every_byte=True)


def test_a_transaction_that_was_broken_off_is_taken_back(kept: Path) -> None:
    expected = texts(kept)
    with sqlite3.connect(kept, isolation_level=None) as dying:
        dying.execute("PRAGMA cache_size = 1")  # so that it writes before its end
        dying.execute("BEGIN IMMEDIATE")
        dying.execute("UPDATE rows SET text = text || text || text")
        left = {path: path.read_bytes() for path in (kept, kept.with_name(f"{kept.name}-journal"))}
        dying.execute("ROLLBACK")
    dying.close()
    for path, content in left.items():  # as after a kill
        path.write_bytes(content)
    assert texts(kept) == expected


def test_without_a_seal_the_structure_is_checked(kept: Path) -> None:
    kept.with_suffix(".seal").unlink()
    assert len(texts(kept)) == 200
    kept.with_suffix(".seal").unlink()
    kept.write_bytes(kept.read_bytes()[:4096] + bytes(kept.stat().st_size - 4096))
    with pytest.raises(NotKept, match="damaged"):
        texts(kept)


def test_notes_are_kept_so(tmp_path: Path) -> None:
    store = NoteStore(tmp_path)
    identifier, _ = store.keep(Shared("c2VhbGVk", "c2FsdA==", "cHJvb2Y="))
    assert store.sealed(identifier, "cHJvb2Y=") == "c2VhbGVk"
    path = tmp_path / "notes.sqlite"
    path.write_bytes(path.read_bytes().replace(b"c2VhbGVk", b"c2VhbGVj"))
    with pytest.raises(NotKept, match=r"notes\.sqlite is damaged"):
        store.sealed(identifier, "cHJvb2Y=")
