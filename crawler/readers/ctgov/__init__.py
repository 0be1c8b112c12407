"""The reader of ClinicalTrials.gov."""

from crawler.readers.ctgov.study import read

__all__ = ["read"]
