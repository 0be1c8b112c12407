"""The vocabulary files that the user has loaded, and getting the official ones."""

import os
import shutil
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from matcher.terminology.model import UnknownVocabularyError, Vocabulary, VocabularyInfo

_GITHUB = "https://raw.githubusercontent.com"
_TRANSLATIONS = f"{_GITHUB}/obophenotype/human-phenotype-ontology/master/src/translations"
OFFICIAL = {
    "mondo": ("https://purl.obolibrary.org/obo/mondo.obo",),
    "orphanet": tuple(
        f"https://www.orphadata.com/data/xml/{language}_product1.xml"
        for language in ("en", "fr", "de", "es", "it", "pt", "nl")
    ),
    "doid": (f"{_GITHUB}/DiseaseOntology/HumanDiseaseOntology/main/src/ontology/doid.obo",),
    "hpo": (
        "https://purl.obolibrary.org/obo/hp.obo",
        *(f"{_TRANSLATIONS}/hp-{language}.babelon.tsv" for language in ("fr", "de", "es", "it", "pt", "nl")),
    ),
}
"""Where their own projects publish them. ``CALCITRIALS_<NAME>_URL`` is another place for all files of one."""
LARGEST_BYTES = 400_000_000
TIMEOUT_S = 60


class TermsDownloadError(RuntimeError):
    """An official file could not be fetched; the message says which and why."""


def terms_folder() -> Path:
    """``$CALCITRIALS_TERMS``, else ``$XDG_DATA_HOME/calcitrials/terms``, else ``~/.local/share/calcitrials/terms``."""
    own = os.environ.get("CALCITRIALS_TERMS")
    if own:
        return Path(own)
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "calcitrials" / "terms"


def loaded_files(folder: Path | None = None) -> list[Path]:
    """Loaded vocabulary files, in a fixed order."""
    base = folder or terms_folder()
    return sorted(path for path in base.glob("[!.]*") if path.is_file()) if base.is_dir() else []


def load_file(path: Path, folder: Path | None = None) -> VocabularyInfo:
    """Check a vocabulary file and keep a copy of it, unaltered; a file of the same name is replaced.

    Raises:
        UnknownVocabularyError: it is no vocabulary file that can be read.
    """
    from matcher.terminology.files import read_vocabulary

    vocabulary = read_vocabulary(path)
    base = folder or terms_folder()
    base.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=base, prefix=".loading-") as temporary:
        shutil.copyfile(path, Path(temporary) / path.name).replace(base / path.name)
    return vocabulary.info


def vocabularies(folder: Path | None = None) -> list[Vocabulary]:
    """All loaded vocabularies: those with concepts first, then translations and edges."""
    if not (files := loaded_files(folder)):
        return []
    from matcher.terminology.files import read_vocabulary  # whose parsers take a tenth of a second to import

    found = [read_vocabulary(path) for path in files]
    return sorted(found, key=lambda vocabulary: not vocabulary.concepts)


def update(
    names: tuple[str, ...] = tuple(OFFICIAL),
    folder: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[VocabularyInfo]:
    """Fetch official files and load them; what was loaded.

    Raises:
        TermsDownloadError: a file could not be fetched; those fetched before it stay loaded.
        UnknownVocabularyError: what came is no vocabulary file.
    """
    infos: list[VocabularyInfo] = []
    with tempfile.TemporaryDirectory(prefix="calcitrials-terms-") as temporary:
        for name in names:
            for address in _addresses(name):
                if progress is not None:
                    progress(address)
                infos.append(load_file(_fetch(address, Path(temporary)), folder))
    return infos


def _addresses(name: str) -> list[str]:
    if name not in OFFICIAL:
        raise UnknownVocabularyError(f"{name} is none of the vocabularies that can be updated: {', '.join(OFFICIAL)}")
    base = os.environ.get(f"CALCITRIALS_{name.upper()}_URL")
    if base:
        return [f"{base.rstrip('/')}/{address.rpartition('/')[2]}" for address in OFFICIAL[name]]
    return list(OFFICIAL[name])


def _fetch(address: str, folder: Path) -> Path:
    target = folder / address.rsplit("/", 1)[-1]
    request = urllib.request.Request(address, headers={"User-Agent": "calcitrials"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer, target.open("wb") as file:
            size = 0
            while block := answer.read(1 << 20):
                size += len(block)
                if size > LARGEST_BYTES:
                    raise TermsDownloadError(f"{address} is larger than {LARGEST_BYTES:,} bytes")
                file.write(block)
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise TermsDownloadError(f"{address} could not be fetched: {error}") from None
    return target
