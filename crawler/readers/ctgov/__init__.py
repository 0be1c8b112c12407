"""The reader of ClinicalTrials.gov."""

from crawler.readers.ctgov.study import read, records, unread

__all__ = ["read", "records", "unread"]
