"""The reader of ISRCTN."""

from crawler.readers.isrctn.trial import read, records, unread

__all__ = ["read", "records", "unread"]
