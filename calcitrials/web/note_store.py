"""Shared notes on the server: ciphertext alone, for seven days, given to who proves to know the passcode.

The passcode never comes here. The visitor's browser derives two keys from it: one that encrypts, which it keeps, and
one that it shows as the proof; of that the hash is kept. So who guesses must ask here each time, and is slowed down.
"""

import hashlib
import hmac
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from calcitrials.kept_file import opened

KEPT_S = 7 * 24 * 3600
MOST_GUESSES = 10
"""Wrong passcodes in a row before a note is closed for a while."""
CLOSED_S = 15 * 60
MOST_IN_ALL = 100
"""Wrong passcodes after which a note is deleted: nobody who knows it needs so many."""
MOST_NOTES = 10_000
_TABLE = """
CREATE TABLE IF NOT EXISTS notes (
    id TEXT PRIMARY KEY, sealed BLOB NOT NULL, salt TEXT NOT NULL, proof BLOB NOT NULL, owner BLOB NOT NULL,
    until REAL NOT NULL, guesses INTEGER NOT NULL DEFAULT 0, in_all INTEGER NOT NULL DEFAULT 0,
    closed_until REAL NOT NULL DEFAULT 0
)
"""


class NoteError(Exception):
    """Why a note is not given."""


class NoteGone(NoteError):
    """There is no such note, or not any more."""


class WrongPasscode(NoteError):
    """The proof is not of this note's passcode."""


class TooManyGuesses(NoteError):
    """The note is closed for a while."""


class NotesFull(NoteError):
    """No more notes are taken at the moment."""


class Shared(msgspec.Struct, frozen=True):
    """What the sharer's browser sends. sealed: nonce and ciphertext, salt: of the key derivation, all base64.

    proof: the second key, in base64.
    """

    sealed: str
    salt: str
    proof: str


class NoteStore:
    """The file of shared notes; several processes may use it."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "notes.sqlite"

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with opened(self._file, _TABLE) as connection:
            connection.execute("DELETE FROM notes WHERE until < ?", [time.time()])
            yield connection

    def keep(self, note: Shared) -> tuple[str, str]:
        """Keep a note; its id, and what its owner shows to delete it. Raises NotesFull."""
        identifier, owner = secrets.token_urlsafe(16), secrets.token_urlsafe(24)
        with self._open() as notes:
            ((count,),) = notes.execute("SELECT count(*) FROM notes").fetchall()
            if count >= MOST_NOTES:
                raise NotesFull
            row = (identifier, note.sealed, note.salt, _hash(note.proof), _hash(owner), time.time() + KEPT_S)
            notes.execute("INSERT INTO notes (id, sealed, salt, proof, owner, until) VALUES (?, ?, ?, ?, ?, ?)", row)
        return identifier, owner

    def salt(self, identifier: str) -> str:
        """Salt of a note, from which its keys are derived. Raises NoteGone."""
        with self._open() as notes:
            row = notes.execute("SELECT salt FROM notes WHERE id = ?", [identifier]).fetchone()
        if row is None:
            raise NoteGone
        return str(row[0])

    def sealed(self, identifier: str, proof: str) -> str:
        """The ciphertext of a note, for who knows its passcode. Raises NoteGone, WrongPasscode, TooManyGuesses."""
        wrong = False
        with self._open() as notes:
            sql = "SELECT sealed, proof, guesses, in_all, closed_until FROM notes WHERE id = ?"
            row = notes.execute(sql, [identifier]).fetchone()
            if row is None:
                raise NoteGone
            sealed, known, guesses, in_all, closed_until = row
            if closed_until > time.time():
                raise TooManyGuesses
            if hmac.compare_digest(_hash(proof), known):
                notes.execute("UPDATE notes SET guesses = 0 WHERE id = ?", [identifier])
            elif in_all + 1 >= MOST_IN_ALL:
                notes.execute("DELETE FROM notes WHERE id = ?", [identifier])
                wrong = True
            else:
                is_last = guesses + 1 >= MOST_GUESSES
                notes.execute(
                    "UPDATE notes SET guesses = ?, in_all = in_all + 1, closed_until = ? WHERE id = ?",
                    [0 if is_last else guesses + 1, time.time() + CLOSED_S if is_last else 0, identifier],
                )
                wrong = True
        if wrong:
            raise WrongPasscode
        return str(sealed)

    def delete(self, identifier: str, owner: str) -> bool:
        """Delete a note; whether it was there and this its owner."""
        with self._open() as notes:
            row = notes.execute("SELECT owner FROM notes WHERE id = ?", [identifier]).fetchone()
            if row is None or not hmac.compare_digest(_hash(owner), row[0]):
                return False
            notes.execute("DELETE FROM notes WHERE id = ?", [identifier])
        return True


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
