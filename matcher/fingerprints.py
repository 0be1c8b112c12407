"""What decides a result that is kept: the code and the tables that make it, wherever they lie.

A room counts whole, with the tables in it, but for the parts named as left out. The tests hold each list equal to what
its entry modules import, so that a kept result is made anew when what makes it changes, and only then.
"""

import hashlib
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import NamedTuple

_COUNTED = (".py", ".tsv")


class Parts(NamedTuple):
    """Rooms and single files of the matcher, as paths without their ending. without: what of a room does not count."""

    of: tuple[str, ...]
    without: tuple[str, ...] = ()

    def hold(self, file: str) -> bool:
        """Whether a file counts. file: its path below the matcher, "text/words/fr.tsv"."""
        path = PurePosixPath(file).with_suffix("")
        return any(path.is_relative_to(part) for part in self.of) and not any(
            path.is_relative_to(part) for part in self.without
        )


TERMINOLOGY = Parts(
    of=(
        "terminology",
        "text/normalise",
        "text/lexical_filters",
        "text/language",
        "text/words",
        "text/ordinary_words",
        "seal",
        "fingerprints",
    ),
    without=("terminology/expansion", "terminology/weights"),
)
"""What compiles the terminology."""
MAPPING = Parts(
    of=("text", "terminology", "assertion", "linking", "trials", "seal", "fingerprints"),
    without=(
        "assertion/avoidance", "linking/bare_findings", "linking/courses", "linking/phrase", "linking/unlinkable",
        "trials/columns", "trials/compiling", "trials/facts", "trials/index", "trials/store",
    ),
)  # fmt: skip
"""What maps the texts of trials to concepts. Left out is what only charts are read with, and what only reads."""


def digest(parts: Parts, root: Traversable | None = None) -> str:
    """Hash of the files that count, by path and content. root: a folder of the matcher other than the installed one."""
    found = hashlib.sha256()
    for name, file in sorted(_files(root or resources.files("matcher")), key=lambda item: item[0]):
        if parts.hold(name):
            content = file.read_bytes()
            found.update(f"{name} {len(content)} ".encode() + content)
    return found.hexdigest()


def _files(folder: Traversable, above: str = "") -> list[tuple[str, Traversable]]:
    files: list[tuple[str, Traversable]] = []
    for item in folder.iterdir():
        if item.is_dir():
            files += _files(item, f"{above}{item.name}/")
        elif item.name.endswith(_COUNTED):
            files.append((above + item.name, item))
    return files
