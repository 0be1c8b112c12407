"""The Arrow shape of the Trial record, derived from its type so that the two cannot disagree."""

from collections.abc import Sequence

import msgspec
import pyarrow as pa
import pyarrow.json

from db.trial import Trial


def arrow_type(kind: msgspec.inspect.Type) -> pa.DataType:
    """Arrow type of a field. Enums, dates and times travel as text and are cast by the database."""
    match kind:
        case msgspec.inspect.Metadata(type=described):
            return arrow_type(described)
        case msgspec.inspect.UnionType(types=types):
            (present,) = (t for t in types if not isinstance(t, msgspec.inspect.NoneType))
            return arrow_type(present)
        case msgspec.inspect.BoolType():
            return pa.bool_()
        case msgspec.inspect.IntType():
            return pa.int64()
        case msgspec.inspect.FloatType():
            return pa.float64()
        case msgspec.inspect.VarTupleType(item_type=item):
            return pa.list_(arrow_type(item))
        case msgspec.inspect.StructType(cls=cls):
            return pa.struct(arrow_schema(cls))
        case (
            msgspec.inspect.StrType()
            | msgspec.inspect.EnumType()
            | msgspec.inspect.DateType()
            | msgspec.inspect.DateTimeType()
        ):
            return pa.string()
    raise TypeError(f"no Arrow type for {kind}")


def arrow_schema(record: type[msgspec.Struct]) -> pa.Schema:
    """Arrow schema of a msgspec Struct."""
    described = msgspec.inspect.type_info(record)
    assert isinstance(described, msgspec.inspect.StructType)
    return pa.schema([(field.name, arrow_type(field.type)) for field in described.fields])


TRIAL_SCHEMA = arrow_schema(Trial).append(pa.field("content_hash", pa.string()))


def trials_table(lines: Sequence[bytes]) -> pa.Table:
    """Arrow table of encoded trials (see db.writer.encode), parsed in C++ without the interpreter lock."""
    options = pa.json.ParseOptions(explicit_schema=TRIAL_SCHEMA, unexpected_field_behavior="error")
    body = b"\n".join(lines)
    longest = max(map(len, lines), default=0) + 1  # a line must not reach over a whole block
    read = pa.json.ReadOptions(block_size=max(1 << 20, len(body) // 4 + (1 << 16), longest))
    return pa.json.read_json(pa.BufferReader(body), read_options=read, parse_options=options)
