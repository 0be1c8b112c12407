"""The reader of EU CTR."""

from crawler.readers.euctr.trial import read, unread

__all__ = ["read", "unread"]
