"""The front door of the library: ``calcitrials.open("catalog").suggest("calcinosis")``, and ``.sql("FROM studies")``.

``Matcher`` and ``Catalogue`` are imported when first used, so that ``import calcitrials`` costs nothing.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from os import PathLike

    from db.catalogue import Catalogue
    from matcher import Matcher

    __version__: str

__all__ = ["Catalogue", "Matcher", "__version__", "open"]


def open(folder: "str | PathLike[str]" = "catalog") -> "Matcher":
    """A matcher over what is published in a catalogue's folder. It goes on with that state when more is published.

    ``Catalogue(folder).connect()`` is the door for SQL alone, which opens no terminology.

    Raises:
        db.catalogue.CatalogueError: nothing is published there, or what is published cannot be read.
    """
    from db.catalogue import Catalogue
    from matcher import Matcher

    return Matcher.open(Catalogue(folder).connect())


if not TYPE_CHECKING:  # hidden from type checkers, which then know a misspelt name

    def __getattr__(name: str) -> object:
        from importlib import import_module, metadata

        if name == "__version__":
            return metadata.version("calcitrials")
        homes = {"Catalogue": "db.catalogue", "Matcher": "matcher"}
        if name not in homes:
            raise AttributeError(f"module 'calcitrials' has no attribute {name!r}")
        return getattr(import_module(homes[name]), name)
