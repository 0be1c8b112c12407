"""The reader of WHO ICTRP exports."""

from crawler.readers.ictrp.record import read

__all__ = ["read"]
