"""The reader of DRKS."""

from crawler.readers.drks.page import read, unread

__all__ = ["read", "unread"]
