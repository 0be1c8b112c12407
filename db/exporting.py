"""The published catalogue as files that any program reads, with a manifest, and back again.

A table is a file: Parquet, CSV or NDJSON (one JSON object a line). In CSV a list is a JSON text, NULL is nothing and an
empty text is "". What the manifest says of types and checksums is enough to load an equal catalogue.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from importlib import resources, util
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from db.catalogue import CatalogueError, published_at
from db.migrating import SCHEMA_VERSION, written_by
from db.tables import PERSONAL_TABLES

MANIFEST = "manifest.json"
PERSONAL = frozenset({*PERSONAL_TABLES, "rejects"})
"""Tables with names, telephone numbers and addresses of persons; rejects hold whole records, and so theirs too."""
_OF_THE_FOLDER = frozenset({"catalogue_info"})
"""What says of a catalogue when it was published: not loaded again."""
_LAKE = "ducklake"


class ExportFormat(StrEnum):
    """What files an export is made of."""

    PARQUET = "parquet"
    CSV = "csv"
    NDJSON = "ndjson"
    DUCKLAKE = "ducklake"


class _Form(NamedTuple):
    """How DuckDB writes and reads a kind of file."""

    options: str
    reader: str


_FORMS = {
    ExportFormat.PARQUET: _Form("FORMAT parquet, COMPRESSION zstd", "read_parquet({file})"),
    ExportFormat.CSV: _Form(
        "FORMAT csv, HEADER, QUOTE '\"'",
        "read_csv({file}, header = true, delim = ',', quote = '\"', escape = '\"', nullstr = '', "
        "allow_quoted_nulls = false, auto_detect = false, max_line_size = 100000000, parallel = false, "
        "columns = {columns})",
    ),
    ExportFormat.NDJSON: _Form(
        "FORMAT json",
        "read_json({file}, format = 'newline_delimited', maximum_object_size = 64000000, columns = {columns})",
    ),
}


def export(
    connection: duckdb.DuckDBPyConnection, folder: Path, form: ExportFormat, *, with_contacts: bool = False
) -> dict[str, Any]:
    """Write every table of the opened catalogue into a new folder; the manifest, which is written last.

    with_contacts: the tables of persons too. Raises CatalogueError where the folder has something in it already, or
    this DuckDB cannot write the format.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise CatalogueError(f"{folder} is not empty: name a new folder for the export")
    try:
        return _export(connection, folder, form, with_contacts)
    except BaseException as error:  # such as a full disk, which half an export would keep full
        for left in folder.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        if isinstance(error, duckdb.IOException | OSError):
            raise CatalogueError(f"cannot write the export into {folder}: {_reason(error)}") from None
        raise


def _export(
    connection: duckdb.DuckDBPyConnection, folder: Path, form: ExportFormat, with_contacts: bool
) -> dict[str, Any]:
    tables = {name: kinds for name, kinds in _tables(connection).items() if with_contacts or name not in PERSONAL}
    if form is ExportFormat.DUCKLAKE:
        files = _write_lake(connection, folder, tables)
    else:
        files = {name: _write(connection, folder, form, name, kinds) for name, kinds in tables.items()}
    writer = written_by(connection)
    manifest = {
        "format": form.value,
        "calcitrials_version": writer.program,
        "schema_version": writer.schema,
        "duckdb_version": duckdb.__version__,
        "published_at": published_at(connection),
        "with_contacts": with_contacts,
        "left_out": [] if with_contacts else sorted(PERSONAL),
        "registries": _registries(connection),
        "tables": files,
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return manifest


def load(connection: duckdb.DuckDBPyConnection, folder: Path) -> int:
    """Load an export into an empty working file; how many trials it holds. Every file is checked before any is read.

    Raises CatalogueError where the folder is no export, a file is not what the manifest says, or trials are there.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        form, tables, schema = _FORMS[ExportFormat(manifest["format"])], manifest["tables"], manifest["schema_version"]
    except (OSError, ValueError, KeyError, TypeError):
        raise CatalogueError(
            f"{folder} is no export that can be loaded: {MANIFEST} is missing or not readable"
        ) from None
    if schema != SCHEMA_VERSION:
        raise CatalogueError(f"the export has schema {schema}, this program has schema {SCHEMA_VERSION}")
    if connection.execute("SELECT count(*) FROM trials").fetchall() != [(0,)]:
        raise CatalogueError("an export is loaded into an empty catalogue: name a new folder with --catalog")
    for table in tables.values():
        path = folder / Path(table["file"]).name
        if not path.is_file() or _sha256(path) != table["sha256"]:
            raise CatalogueError(f"{path} is missing or not what the manifest says: its SHA-256 differs")
    connection.begin()
    try:
        for name, table in tables.items():
            if name not in _OF_THE_FOLDER:
                _read(connection, folder / Path(table["file"]).name, form, name, table)
        connection.commit()
    except duckdb.Error as error:
        connection.rollback()
        raise CatalogueError(f"the export cannot be loaded: {str(error).splitlines()[0]}") from None
    return int(tables["trials"]["rows"])


def _reason(error: Exception) -> str:
    """What the system says, of all that DuckDB tells of it."""
    said = re.search(r'Could not write file [^:]*: ([^"]+)', str(error))
    return said[1] if said else str(error).splitlines()[0]


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Columns with their types of every table, in order."""
    rows = connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() "
        "SEMI JOIN duckdb_tables() USING (database_name, schema_name, table_name) "
        "WHERE NOT internal AND schema_name = 'main' ORDER BY table_name, column_index"
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        found.setdefault(table, {})[column] = kind
    return found


def _write(
    connection: duckdb.DuckDBPyConnection, folder: Path, form: ExportFormat, name: str, kinds: Mapping[str, str]
) -> dict[str, Any]:
    """Write one table; what the manifest says of it."""
    path = folder / f"{name}.{form.value}"
    columns = ", ".join(
        f'to_json("{column}")::VARCHAR AS "{column}"'
        if form is ExportFormat.CSV and kind.endswith("[]")
        else f'"{column}"'
        for column, kind in kinds.items()
    )
    target = str(path).replace("'", "''")
    connection.execute(f"COPY (SELECT {columns} FROM \"{name}\") TO '{target}' ({_FORMS[form].options})")
    return {
        "file": path.name,
        "rows": _count(connection, f'"{name}"'),
        "bytes": path.stat().st_size,
        "sha256": _sha256(path),
        "columns": dict(kinds),
    }


def _read(connection: duckdb.DuckDBPyConnection, path: Path, form: _Form, name: str, table: Mapping[str, Any]) -> None:
    kinds: dict[str, str] = table["columns"]
    is_csv = path.suffix == ".csv"
    as_read = {column: "VARCHAR" if is_csv or kind == "BLOB" else kind for column, kind in kinds.items()}
    columns = "{" + ", ".join(f"'{column}': '{kind}'" for column, kind in as_read.items()) + "}"
    file = "'" + str(path).replace("'", "''") + "'"
    values = ", ".join(
        f'"{column}"::JSON::{kind} AS "{column}"'
        if is_csv and kind.endswith("[]")
        else f'"{column}"::{kind} AS "{column}"'
        for column, kind in kinds.items()
    )
    declared = ", ".join(f'"{column}" {kind}' for column, kind in kinds.items())
    connection.execute(f'CREATE TABLE IF NOT EXISTS "{name}" ({declared})')
    connection.execute(f'DELETE FROM "{name}"')
    source = form.reader.format(file=file, columns=columns)
    connection.execute(f'INSERT INTO "{name}" BY NAME SELECT {values} FROM {source}')
    if _count(connection, f'"{name}"') != table["rows"]:
        raise CatalogueError(f"{path} has not the {table['rows']} rows that the manifest says")


def _write_lake(
    connection: duckdb.DuckDBPyConnection, folder: Path, tables: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """Publish into a DuckLake: its catalogue in a DuckDB file, its data beside it as Parquet."""
    try:
        _load_extension(connection)
    except duckdb.Error:
        raise CatalogueError(
            f"DuckDB {duckdb.__version__} has no extension {_LAKE} here (the package duckdb-extension-ducklake brings "
            "that of the version it names): export with --format parquet, whose files a lake can take in"
        ) from None
    where = str(folder).replace("'", "''")
    connection.execute(f"ATTACH '{_LAKE}:{where}/catalogue.{_LAKE}' AS lake (DATA_PATH '{where}/data', READ_WRITE)")
    try:
        for name in tables:
            connection.execute(f'CREATE TABLE lake."{name}" AS FROM "{name}"')
    finally:
        connection.execute("DETACH lake")
    return {name: {"rows": _count(connection, f'"{name}"'), "columns": dict(kinds)} for name, kinds in tables.items()}


def _load_extension(connection: duckdb.DuckDBPyConnection) -> None:
    """Load what writes lakes: that of the package duckdb-extension-ducklake, or one that DuckDB has installed."""
    if util.find_spec(f"duckdb_extension_{_LAKE}"):
        package = Path(str(resources.files(f"duckdb_extension_{_LAKE}")))
        for file in sorted(package.rglob(f"{_LAKE}.duckdb_extension")):
            with suppress(duckdb.Error):  # it is made for one version of DuckDB
                connection.execute(f"LOAD '{file}'")
                return
    connection.execute(f"LOAD {_LAKE}")


def _registries(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The registries that records came from, with the terms of their data."""
    rows = connection.execute(
        "SELECT registry, terms, trials FROM registries FULL JOIN "
        "(SELECT coalesce(via, registry) AS registry, count(*) AS trials FROM trials GROUP BY ALL) USING (registry) "
        "ORDER BY registry"
    ).fetchall()
    return [{"registry": name, "terms": terms, "trials": trials or 0} for name, terms, trials in rows]


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    ((count,),) = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(count)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
