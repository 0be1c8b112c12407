"""The reader of recruitment pages of listing sites."""

from crawler.readers.listing.page import read

__all__ = ["read"]
