"""The reader of CTIS."""

from crawler.readers.ctis.application import read

__all__ = ["read"]
