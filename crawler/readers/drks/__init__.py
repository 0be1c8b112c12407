"""The reader of DRKS."""

from crawler.readers.drks.page import read

__all__ = ["read"]
