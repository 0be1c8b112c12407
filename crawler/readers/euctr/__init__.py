"""The reader of EU CTR."""

from crawler.readers.euctr.trial import read

__all__ = ["read"]
