"""The tables of trials, their comments, and how records get into them: all of it derived from the Trial record.

Trials are staged as one Arrow table (db.arrow). A column's ``value`` is the SQL that takes it from there, where ``s``
is a staged trial and ``d`` its row in the table of what changed (db.writer).
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from db.ages import AgeLimit
from db.dates import PartialDate
from db.trial import Provenance, Trial

TRIALS = "trials"
_OF_TRIALS = (PartialDate, AgeLimit, Provenance)
"""Records whose fields are columns of ``trials``; every other record that a trial has one of is a table."""
_WORDS_OF_SQL = frozenset({"references"})
_PRESENT = "is_of_present_record"


class Column(NamedTuple):
    """A column. kind: its SQL type, with NOT NULL where that holds. value: SQL of its value in a staged record."""

    name: str
    kind: str
    meaning: str
    value: str


class Table(NamedTuple):
    """A table. source: FROM clause over the staged records that gives its rows.

    name: as it stands in SQL, where a word of the language ("references") is quoted; field: of the Trial record.
    is_list: many rows a trial, in the order of ``position``; one row otherwise. is_kept: in former states too.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    source: str
    field: str
    is_list: bool = False
    is_kept: bool = True

    @property
    def ddl(self) -> str:
        """Statements that create the table, if it is not there, with its comments."""
        columns = ", ".join(f"{column.name} {column.kind}" for column in self.columns)
        comments = [comment("TABLE", self.name, self.meaning)]
        comments += [comment("COLUMN", f"{self.name}.{one.name}", one.meaning) for one in self.columns]
        return f"CREATE TABLE IF NOT EXISTS {self.name} ({columns});\n" + "\n".join(comments)

    @property
    def insert(self) -> str:
        """Statement that inserts the rows of the staged trials in ``delta``."""
        values = ", ".join(f"{column.value} AS {column.name}" for column in self.columns)
        return f"INSERT INTO {self.name} BY NAME SELECT {values} FROM {self.source}"


def comment(kind: str, name: str, text: str) -> str:
    """Statement that comments a table, a view or a column."""
    return f"COMMENT ON {kind} {name} IS {_literal(text)};"


class _Field(NamedTuple):
    """A field of a record. kind: its type without None. text: its meaning."""

    name: str
    kind: msgspec.inspect.Type
    is_optional: bool
    default: Any
    text: str
    extra: dict[str, Any]


BOOKKEEPING = (
    Column("study_id", "VARCHAR", "Groups the records of one study across registries.", "s.trial_id"),
    Column(
        "content_hash",
        "VARCHAR NOT NULL",
        "SHA-256 of the harmonised content without provenance: equal hash = nothing changed.",
        "s.content_hash",
    ),
    Column("crawl_id", "VARCHAR NOT NULL", "Crawl that brought the present state.", "$crawl_id"),
    Column(
        "first_seen_at",
        "TIMESTAMP NOT NULL",
        "When the record first came into the catalogue (UTC).",
        "d.first_seen_at",
    ),
    Column("changed_at", "TIMESTAMP NOT NULL", "When the present state came into the catalogue (UTC).", "$now"),
    Column(
        "missing_since",
        "TIMESTAMP",
        "When a complete crawl first found the record gone from its registry; NULL = still there (UTC). "
        "Rows are never deleted.",
        "NULL",
    ),
)
"""What the catalogue says of its own work on a trial."""
_DERIVED = (
    Column(
        "ages_are_bands",
        "BOOLEAN NOT NULL",
        "The limits come from coarse age bands: they may exclude a patient, never include one.",
        "coalesce(s.min_age.is_band, s.max_age.is_band, false)",
    ),
    Column(
        "max_age_until_days",
        "DOUBLE",
        'First age in days that is too old: "17 Years" admits until the 18th birthday. NULL = no limit stated.',
        "s.max_age.days + s.max_age.unit_days",
    ),
    Column(
        "sponsor",
        "VARCHAR",
        "Lead sponsor; all sponsors stand in the table sponsors.",
        "list_filter(s.sponsors, lambda x: coalesce(x.role, 'lead') = 'lead')[1].name",
    ),
)
_TRIAL_ID = Column("trial_id", "VARCHAR NOT NULL", "The trial.", "trial_id")
_POSITION = Column("position", "INTEGER NOT NULL", "Place in the registry's list, from 1.", "position")


def _fields(record: type[msgspec.Struct]) -> Iterator[_Field]:
    described = msgspec.inspect.type_info(record)
    assert isinstance(described, msgspec.inspect.StructType)
    for field in described.fields:
        kind, text, extra = field.type, "", {}
        if isinstance(kind, msgspec.inspect.Metadata):
            text, extra = str((kind.extra_json_schema or {}).get("description", "")), dict(kind.extra or {})
            kind = kind.type
        is_optional = isinstance(kind, msgspec.inspect.UnionType)
        if isinstance(kind, msgspec.inspect.UnionType):
            (kind,) = (one for one in kind.types if not isinstance(one, msgspec.inspect.NoneType))
        yield _Field(field.name, kind, is_optional, field.default, text, extra)


def _sql_type(kind: msgspec.inspect.Type) -> str:
    match kind:
        case msgspec.inspect.StrType() | msgspec.inspect.EnumType():
            return "VARCHAR"
        case msgspec.inspect.BoolType():
            return "BOOLEAN"
        case msgspec.inspect.IntType():
            return "BIGINT"
        case msgspec.inspect.FloatType():
            return "DOUBLE"
        case msgspec.inspect.DateTimeType():
            return "TIMESTAMP"
        case msgspec.inspect.DateType():
            return "DATE"
        case msgspec.inspect.VarTupleType(item_type=item):
            return _sql_type(item) + "[]"
    raise TypeError(f"no SQL type for {kind}")


def _plain_column(field: _Field, holder: str) -> Column:
    """The column of a field that is a text, a number, a time, a word of a vocabulary, or a list of these.

    A value that equals the field's default is absent in a staged record.
    """
    kind, value = _sql_type(field.kind), f"{holder}.{field.name}"
    if kind in ("TIMESTAMP", "DATE"):
        value += f"::{kind}"
    if field.default is not msgspec.NODEFAULT and field.default is not None:
        value = f"coalesce({value}, {_literal(field.default)})"
    item = field.kind.item_type if isinstance(field.kind, msgspec.inspect.VarTupleType) else field.kind
    words = [word.value for word in item.cls] if isinstance(item, msgspec.inspect.EnumType) else []
    text = f"{field.text} One of: {', '.join(words)}." if words else field.text
    return Column(field.name, kind if field.is_optional else f"{kind} NOT NULL", text, value)


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "[]" if value == () else "'" + str(value).replace("'", "''") + "'"


def _columns(record: type[msgspec.Struct], holder: str) -> Iterator[Column]:
    """The columns of a record's fields that are no tables. holder: SQL of the record in a staged trial."""
    for field in _fields(record):
        inner = field.kind.cls if isinstance(field.kind, msgspec.inspect.StructType) else None
        name, text, value = field.name, field.text, f"{holder}.{field.name}"
        if inner is PartialDate:
            yield Column(name, "DATE", f"{text}: first day that the text allows.", f"{value}.date::DATE")
            how = f"How much of {name} is stated: day, month, year."
            yield Column(f"{name}_precision", "VARCHAR", how, f"{value}.precision")
            yield Column(
                f"{name}_text", "VARCHAR", f"{text.partition(',')[0]} in the registry's own words.", f"{value}.text"
            )
            if field.extra.get("has_kind"):
                kind = f"Whether {name} is actual or estimated, where stated."
                yield Column(f"{name}_kind", "VARCHAR", kind, f"{value}.kind")
        elif inner is AgeLimit:
            days = f"{text} in days as stated (year = 365.25, month = 30.4375); NULL = no limit stated."
            yield Column(f"{name}_days", "DOUBLE", days, f"{value}.days")
            yield Column(name, "VARCHAR", f"{text} in the registry's own words.", f"{value}.text")
        elif inner is Provenance:
            yield from _columns(Provenance, value)
        elif inner is None and not _is_list_table(field):
            yield _plain_column(field, holder)
            if field.extra.get("is_number"):
                number = f"TRY_CAST(replace({value}, ',', '') AS DOUBLE)"
                yield Column(f"{name}_number", "DOUBLE", f"{name} as a number, where it is one.", number)


def _is_list_table(field: _Field) -> bool:
    """Whether a list has a table of its own: one of records, or of texts whose column has a name."""
    if not isinstance(field.kind, msgspec.inspect.VarTupleType):
        return False
    return isinstance(field.kind.item_type, msgspec.inspect.StructType) or "column" in field.extra


def _tables() -> Iterator[Table]:
    columns = (*_columns(Trial, "s"), *_DERIVED, *BOOKKEEPING)
    about = "One row for each registry record: harmonised values beside the registry's own words."
    yield Table(TRIALS, about, columns, "staged s JOIN delta d USING (trial_id)", TRIALS)
    for field in _fields(Trial):
        if _is_list_table(field):
            yield _list_table(field)
        elif isinstance(field.kind, msgspec.inspect.StructType) and field.kind.cls not in _OF_TRIALS:
            yield _details_table(field, field.kind.cls)


def _list_table(field: _Field) -> Table:
    """The table of a list: a row for each of its items."""
    assert isinstance(field.kind, msgspec.inspect.VarTupleType)
    item = field.kind.item_type
    if isinstance(item, msgspec.inspect.StructType):
        inner = tuple(_columns(item.cls, "item"))
    else:
        text = str(field.extra["column_meaning"])
        inner = (Column(str(field.extra["column"]), "VARCHAR NOT NULL", text, "item"),)
    name = _identifier(field.name)
    source = (
        f"(SELECT trial_id, unnest({name}) AS item, generate_subscripts({name}, 1) AS position "
        "FROM staged SEMI JOIN delta USING (trial_id))"
    )
    return Table(
        name, field.text, (_TRIAL_ID, _POSITION, *inner), source, field.name, True, not field.extra.get(_PRESENT)
    )


def _details_table(field: _Field, record: type[msgspec.Struct]) -> Table:
    """The table of a record that a trial has one of: a row where any of its fields is stated."""
    inner = tuple(_columns(record, field.name))
    any_stated = " OR ".join(
        f"len({one.value}) > 0" if one.kind.startswith("VARCHAR[]") else f"{one.value} IS NOT NULL" for one in inner
    )
    source = f"staged SEMI JOIN delta USING (trial_id) WHERE {any_stated}"
    return Table(field.name, field.text, (_TRIAL_ID, *inner), source, field.name, is_kept=not field.extra.get(_PRESENT))


def _identifier(name: str) -> str:
    """A name as it stands in SQL."""
    return f'"{name}"' if name in _WORDS_OF_SQL else name


TABLES = tuple(_tables())
CHILD_TABLES = tuple(table for table in TABLES if table.name != TRIALS)
PERSONAL_TABLES = tuple(field.name for field in _fields(Trial) if field.extra.get("is_personal"))
"""Tables of personal data: those of the present record alone, in no former state and in no export unless asked for."""
OF_THE_CATALOGUE = frozenset(column.name for column in BOOKKEEPING) | {field.name for field in _fields(Provenance)}
"""Columns of ``trials`` that are no content of the record."""
CREATE = "\n".join(table.ddl for table in TABLES)
