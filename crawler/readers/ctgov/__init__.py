"""The reader of ClinicalTrials.gov."""

from crawler.readers.ctgov.study import read, unread

__all__ = ["read", "unread"]
