"""Whether what is stored is still what was written: every file read in full, as a disk may forget without a word."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb

from calcitrials.kept_file import NotKept, verified
from calcitrials.watches import DATA_FOLDER
from db.archive import Damaged, archives, read_archive
from db.catalogue import Catalogue
from matcher.index_folder import folder_of
from matcher.seal import is_whole
from matcher.terminology.cache import cache_folder


def damage(catalogue: Catalogue) -> list[str]:
    """What is damaged, a sentence each, with what helps. What can be made anew is removed, so that it will be."""
    return [
        *(found for snapshot in _snapshots(catalogue) if (found := _of_snapshot(snapshot))),
        *_of_what_is_made_anew(catalogue),
        *_of_payloads(catalogue.payloads),
        *_of_page(Path(os.environ.get("CALCITRIALS_PAGE_DATA") or catalogue.root / DATA_FOLDER)),
    ]


def _snapshots(catalogue: Catalogue) -> list[Path]:
    return sorted(catalogue.snapshots.glob("catalog-*.duckdb"))


def _of_snapshot(snapshot: Path) -> str | None:
    """DuckDB compares the checksum of each block that it reads: so all rows are read."""
    try:
        with closing(duckdb.connect(str(snapshot), read_only=True)) as connection:
            tables = connection.execute("SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal")
            for schema, table in tables.fetchall():
                connection.execute(f'SELECT bit_xor(hash(t)) FROM "{schema}"."{table}" t').fetchall()
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        return f"{snapshot} is damaged ({reason}): put back a backup, or remove it and crawl again"
    return None


def _of_what_is_made_anew(catalogue: Catalogue) -> Iterator[str]:
    parts = [part for snapshot in _snapshots(catalogue) for part in folder_of(snapshot).glob("[!d]*-*")]
    vectors = [folder for part in parts for folder in part.glob("vectors-*")]
    for folder in (*vectors, *parts, *cache_folder().glob("terms-*")):
        if not is_whole(folder, every_file=True):
            shutil.rmtree(folder, ignore_errors=True)
            yield f"{folder} was damaged and is removed: the next question makes it anew"


def _of_payloads(folder: Path) -> Iterator[str]:
    for registry in sorted(path.name for path in folder.glob("*") if path.is_dir()):
        for archive in archives(folder, registry):
            for one in read_archive(archive, registry):
                if isinstance(one, Damaged):
                    yield f"a payload of {registry} is damaged ({one}): the next complete crawl brings it again"


def _of_page(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.sqlite")):
        try:
            verified(path, every_byte=True)
        except NotKept as error:
            yield str(error)
