"""The reader of ISRCTN."""

from crawler.readers.isrctn.trial import read

__all__ = ["read"]
