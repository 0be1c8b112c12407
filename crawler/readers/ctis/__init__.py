"""The reader of CTIS."""

from crawler.readers.ctis.application import read, unread

__all__ = ["read", "unread"]
