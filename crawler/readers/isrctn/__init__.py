"""The reader of ISRCTN."""

from crawler.readers.isrctn.trial import read, unread

__all__ = ["read", "unread"]
