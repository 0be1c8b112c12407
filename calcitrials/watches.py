"""Watches: a condition with filters, and what of its trials is new or has changed since somebody began to watch.

A watch holds no patient: a concept of the terminology, a country, and whether only open trials count. All that is known
of the watches lies in one file. What a publication brings is written in one transaction with the mark that it was seen:
a run that dies before its end leaves nothing, one that is repeated finds nothing left to do.
"""

import datetime as dt
import logging
import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec

from calcitrials.errors import CommandError
from calcitrials.kept_file import opened
from calcitrials.web.concepts import ConceptTree
from db.countries import canonical, is_closed
from db.vocabularies import OPEN_STATUSES
from matcher import Matcher

logger = logging.getLogger(__name__)

DATA_FOLDER = "page"
"""Where in the catalogue's folder the page keeps what visitors leave, unless it is told otherwise."""
MOST_WATCHES = 5_000
ENTRIES_SHOWN = 200
_TABLES = """
CREATE TABLE IF NOT EXISTS watches (
    id TEXT PRIMARY KEY, concept TEXT NOT NULL, label TEXT NOT NULL, country TEXT, open_only INTEGER NOT NULL,
    since TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS seen (
    watch TEXT NOT NULL, trial_id TEXT NOT NULL, content_hash TEXT NOT NULL, PRIMARY KEY (watch, trial_id));
CREATE TABLE IF NOT EXISTS entries (
    number INTEGER PRIMARY KEY AUTOINCREMENT, watch TEXT NOT NULL, trial_id TEXT NOT NULL, kind TEXT NOT NULL,
    title TEXT NOT NULL, status TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS delivered (
    number INTEGER NOT NULL, channel TEXT NOT NULL, PRIMARY KEY (number, channel));
CREATE TABLE IF NOT EXISTS looked_at (snapshot TEXT PRIMARY KEY);
"""


class Watch(msgspec.Struct, frozen=True):
    """What is watched. id: unguessable, the address of its feed. country: English name. since: when it began (UTC)."""

    id: str
    concept: str
    label: str
    country: str | None
    open_only: bool
    since: str


class Entry(msgspec.Struct, frozen=True):
    """Something that happened. number: of all entries of all watches. kind: new or changed. at: when it was seen."""

    number: int
    watch: str
    trial_id: str
    kind: str
    title: str
    status: str
    at: str


class WatchesFull(CommandError):
    """No more watches are taken."""


class WatchFile:
    """The file of watches in a folder; several processes may use it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "watches.sqlite"

    def _open(self) -> AbstractContextManager[sqlite3.Connection]:
        """A transaction that alone writes, from its beginning to its end. Raises NotKept."""
        return opened(self.path, _TABLES)

    def add(self, watched: "Watched", concept: str, label: str, country: str | None, open_only: bool) -> Watch:
        """Begin to watch: what is there today counts as seen. Raises WatchesFull."""
        watch = Watch(secrets.token_urlsafe(16), concept, label, country, open_only, _now())
        found = watched.trials(watch)
        with self._open() as file:
            ((count,),) = file.execute("SELECT count(*) FROM watches").fetchall()
            if count >= MOST_WATCHES:
                raise WatchesFull("there are too many watches already")
            file.execute("INSERT INTO watches VALUES (?, ?, ?, ?, ?, ?)", msgspec.structs.astuple(watch))
            file.executemany("INSERT INTO seen VALUES (?, ?, ?)", [(watch.id, *one) for one in found.items()])
        return watch

    def watch(self, identifier: str) -> Watch | None:
        """A watch by its id."""
        with self._open() as file:
            row = file.execute("SELECT * FROM watches WHERE id = ?", [identifier]).fetchone()
        return _watch(row) if row else None

    def entries(self, identifier: str) -> list[Entry]:
        """What happened, the newest first."""
        with self._open() as file:
            sql = "SELECT * FROM entries WHERE watch = ? ORDER BY number DESC LIMIT ?"
            return [Entry(*row) for row in file.execute(sql, [identifier, ENTRIES_SHOWN])]

    def remove(self, identifier: str) -> None:
        """Watch no longer, and forget what happened."""
        with self._open() as file:
            sql = "DELETE FROM delivered WHERE number IN (SELECT number FROM entries WHERE watch = ?)"
            file.execute(sql, [identifier])
            for table, column in (("seen", "watch"), ("entries", "watch"), ("watches", "id")):
                file.execute(f"DELETE FROM {table} WHERE {column} = ?", [identifier])

    def look(self, watched: "Watched", snapshot: str) -> int:
        """Write down what a snapshot brings that no watch has seen; how many entries that makes."""
        if not self.path.exists():
            return 0
        with self._open() as file:
            if file.execute("SELECT 1 FROM looked_at WHERE snapshot >= ?", [snapshot]).fetchone():
                return 0  # this one or a later one: what is older tells nothing new
            watches = file.execute("SELECT * FROM watches").fetchall()
            made = [one for row in watches for one in _news(file, watched, _watch(row))]
            sql = "INSERT INTO entries (watch, trial_id, kind, title, status, at) VALUES (?, ?, ?, ?, ?, ?)"
            file.executemany(sql, made)
            file.execute("DELETE FROM looked_at")
            file.execute("INSERT INTO looked_at VALUES (?)", [snapshot])
        return len(made)

    def undelivered(self, channel: str) -> list[tuple[Watch, Entry]]:
        """What a channel has not been told, the oldest first."""
        with self._open() as file:
            rows = file.execute(
                "SELECT w.*, e.* FROM entries e JOIN watches w ON w.id = e.watch "
                "WHERE e.number NOT IN (SELECT number FROM delivered WHERE channel = ?) ORDER BY e.number",
                [channel],
            ).fetchall()
        width = len(Watch.__struct_fields__)
        return [(_watch(row[:width]), Entry(*row[width:])) for row in rows]

    def mark_delivered(self, entry: Entry, channel: str) -> None:
        """A channel has been told of an entry."""
        with self._open() as file:
            file.execute("INSERT OR IGNORE INTO delivered VALUES (?, ?)", [entry.number, channel])


class Watched:
    """The trials that watches look at, in one snapshot."""

    def __init__(self, matcher: Matcher, tree: ConceptTree | None = None) -> None:
        self.facts = {facts.trial_id: facts for facts in matcher.catalogue.facts}
        self._matcher = matcher
        self._tree = tree or ConceptTree(matcher.catalogue, matcher.terminology)
        sql = "SELECT trial_id, content_hash FROM trials"
        self._hashes: dict[str, str] = dict(matcher.catalogue.cursor().execute(sql).fetchall())
        self._in_country: dict[str, set[str]] = {}

    def trials(self, watch: Watch) -> Mapping[str, str]:
        """Trials that a watch is about, each with the hash of its content."""
        place = self._matcher.terminology.place_of.get(watch.concept)
        indexes = [] if place is None else self._tree.trials(place)
        ids = [self._matcher.catalogue.facts[index].trial_id for index in indexes]
        if watch.open_only:
            ids = [one for one in ids if any(self.facts[one].status == status for status in OPEN_STATUSES)]
        if watch.country:
            ids = [one for one in ids if one in self._sited(watch.country)]
        return {one: self._hashes[one] for one in ids}

    def _sited(self, country: str) -> set[str]:
        """Trials with a site in a country that nothing says is closed."""
        if not self._in_country:
            sql = "SELECT DISTINCT trial_id, country, status FROM locations WHERE country IS NOT NULL"
            for trial_id, name, status in self._matcher.catalogue.cursor().execute(sql).fetchall():
                if not is_closed(status):
                    self._in_country.setdefault(canonical(name) or name, set()).add(trial_id)
        return self._in_country.get(country, set())


def _news(file: sqlite3.Connection, watched: Watched, watch: Watch) -> list[tuple[str, ...]]:
    """What is new to one watch, which then has seen it."""
    known = dict(file.execute("SELECT trial_id, content_hash FROM seen WHERE watch = ?", [watch.id]).fetchall())
    now = _now()
    made: list[tuple[str, ...]] = []
    for trial_id, content_hash in watched.trials(watch).items():
        if known.get(trial_id) == content_hash:
            continue
        facts = watched.facts[trial_id]
        kind = "changed" if trial_id in known else "new"
        made.append((watch.id, trial_id, kind, facts.title or trial_id, facts.status, now))
        file.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", [watch.id, trial_id, content_hash])
    return made


def _watch(row: tuple[object, ...]) -> Watch:
    identifier, concept, label, country, open_only, since = row
    return Watch(
        str(identifier), str(concept), str(label), str(country) if country else None, bool(open_only), str(since)
    )


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
