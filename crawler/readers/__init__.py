"""Readers, a package for each registry, and how one is found by the registry's name."""

from collections.abc import Callable
from importlib import import_module

from crawler.formats.unread import Unread
from db.payload import Payload, Reading

Reader = Callable[[Payload], Reading]


def reader_of(registry: str) -> Reader:
    """The reader of a registry: ``read`` of the module in crawler.readers that bears its name."""
    reader: Reader = import_module(f"crawler.readers.{registry}").read
    return reader


def unread_of(registry: str) -> Unread | None:
    """How to tell which elements of a payload the reader of a registry never reads; None where it does not tell."""
    tells: Unread | None = getattr(import_module(f"crawler.readers.{registry}"), "unread", None)
    return tells
