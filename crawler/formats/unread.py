"""Which elements of a payload its reader never reads: registries add some, and what is new should not pass in silence.

An element is named by its path without the places of lists ("trialDesign/interventionalTrialDesign"); one of which
nothing is read stands for all that is in it.
"""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import msgspec

from db.payload import Payload

Unread = Callable[[Payload], Collection[str]]
"""What a reader package may offer as ``unread``: the elements of a payload that it never reads."""

_DEEPEST = 8


def of_json(value: Any, read: type, path: str = "") -> Iterator[str]:
    """Keys of plain JSON values that a type does not have."""
    yield from _unread(value, msgspec.inspect.type_info(read), path)


def _unread(value: Any, read: msgspec.inspect.Type, path: str) -> Iterator[str]:
    if isinstance(value, list):
        for part in value:
            yield from _unread(part, read, path)
        return
    fields = _fields(read)
    if not isinstance(value, dict) or fields is None or path.count("/") > _DEEPEST:
        return
    for key, part in value.items():
        name = f"{path}/{key}" if path else key
        if key not in fields:
            if part not in (None, "", [], {}):
                yield name
        else:
            yield from _unread(part, fields[key], name)


def _fields(read: msgspec.inspect.Type) -> Mapping[str, msgspec.inspect.Type] | None:
    """The fields of a type by their keys, whether one of it, some of it or none is expected."""
    if isinstance(read, msgspec.inspect.StructType):
        return {field.encode_name: field.type for field in read.fields}
    if isinstance(read, msgspec.inspect.ListType):
        return _fields(read.item_type)
    if isinstance(read, msgspec.inspect.UnionType):
        return next((fields for one in read.types if (fields := _fields(one)) is not None), None)
    return None


def of_xml(element: ET.Element, read: Collection[str], path: str = "") -> Iterator[str]:
    """Names of elements that are not among those that are read; of one that is not, nothing further."""
    for child in element:
        name = child.tag.rpartition("}")[2]
        where = f"{path}/{name}" if path else name
        if name not in read:
            if len(child) or (child.text or "").strip():
                yield where
        else:
            yield from of_xml(child, read, where)
