"""Ready-made linkers of phrases to headings, each run in an environment of its own.

    python bench/matching/linkers.py METHOD      (wratio, wratio_scan, gilda, mner, mner_fuzzy, text2term)

A task as JSON on stdin: {"names": {name: heading}, "phrases": [...]}; on stdout {"answers": [[heading or null, score],
...], "ms": median or mean milliseconds a phrase}. mner takes no vocabulary: it uses its own, which the
names were taken from.
"""

import html
import json
import re
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

Answer = tuple[str | None, float]
WRATIO_CUTOFF = 85
TEXT2TERM_FLOOR = 0.3
"""Its default."""
_OWL = """<?xml version="1.0"?><rdf:RDF xmlns="http://example.org/m#" xml:base="http://example.org/m"
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:owl="http://www.w3.org/2002/07/owl#"
 xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#" xmlns:oboInOwl="http://www.geneontology.org/formats/oboInOwl#">
<owl:Ontology rdf:about="http://example.org/m"/>
<owl:AnnotationProperty rdf:about="http://www.geneontology.org/formats/oboInOwl#hasExactSynonym"/>
"""


def wratio(names: Mapping[str, str]) -> Callable[[str], Answer]:
    """The plain scan: the best WRatio of all names, from a cutoff on."""
    fuzz, process = import_module("rapidfuzz.fuzz"), import_module("rapidfuzz.process")
    clean = import_module("rapidfuzz.utils").default_process
    keys, headings = [clean(name) for name in names], list(names.values())

    def link(phrase: str) -> Answer:
        best = process.extractOne(clean(phrase), keys, scorer=fuzz.WRatio, score_cutoff=WRATIO_CUTOFF)
        return (headings[best[2]], best[1]) if best else (None, 0.0)

    return link


def wratio_scan(names: Mapping[str, str]) -> Callable[[str], Answer]:
    """The ten best of all names: without the cutoff and the early end at a perfect score that shorten the search."""
    fuzz, process = import_module("rapidfuzz.fuzz"), import_module("rapidfuzz.process")
    clean = import_module("rapidfuzz.utils").default_process
    keys, headings = [clean(name) for name in names], list(names.values())

    def link(phrase: str) -> Answer:
        best = process.extract(clean(phrase), keys, scorer=fuzz.WRatio, limit=10)
        return (headings[best[0][2]], best[0][1]) if best else (None, 0.0)

    return link


def gilda(names: Mapping[str, str]) -> Callable[[str], Answer]:
    """Its grounder over these names."""
    normalize, term = import_module("gilda.process").normalize, import_module("gilda.term").Term
    terms = [
        term(
            norm_text=normalize(name),
            text=name,
            db="MESH",
            id=heading,
            entry_name=heading,
            source="mesh",
            status="name" if heading.lower() == name else "synonym",
        )
        for name, heading in names.items()
    ]
    grounder: Any = import_module("gilda.grounder").Grounder(terms)

    def link(phrase: str) -> Answer:
        found = grounder.ground(phrase)
        return (found[0].term.entry_name, found[0].score) if found else (None, 0.0)

    return link


def mner(fuzzy: bool) -> Callable[[str], Answer]:
    """Its own vocabulary: the longest span, an exact one before a fuzzy one."""
    find = import_module("medical_named_entity_recognition").find_diseases

    def link(phrase: str) -> Answer:
        found = find(phrase.split(), is_fuzzy_match=fuzzy)
        if not found:
            return None, 0.0
        best = max(
            (item[0] for item in found),
            key=lambda item: (
                item["match_type"] == "exact",
                len(item["matching_string"]),
                item.get("match_similarity") or 1,
            ),
        )
        return best.get("name"), float(best.get("match_similarity") or 1)

    return link


def text2term(names: Mapping[str, str], phrases: Sequence[str]) -> list[Answer]:
    """Its TF-IDF mapper, which takes all phrases at once and an ontology as a file."""
    module = import_module("text2term")
    synonyms: dict[str, list[str]] = defaultdict(list)
    for name, heading in names.items():
        held = synonyms[heading]
        if name != heading.lower():
            held.append(name)
    classes = []
    for number, (heading, others) in enumerate(synonyms.items()):
        more = "".join(f"<oboInOwl:hasExactSynonym>{html.escape(name)}</oboInOwl:hasExactSynonym>" for name in others)
        label = f"<rdfs:label>{html.escape(heading)}</rdfs:label>"
        classes.append(f'<owl:Class rdf:about="http://example.org/m/M_{number}">{label}{more}</owl:Class>')
    headings = {f"M_{number}": heading for number, heading in enumerate(synonyms)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mesh.owl"
        path.write_text(_OWL + "\n".join(classes) + "</rdf:RDF>", encoding="utf-8")
        found = module.map_terms(
            list(dict.fromkeys(phrases)),
            str(path),
            mapper=module.EntityLinker.TFIDF,
            max_mappings=1,
            min_score=TEXT2TERM_FLOOR,
            excl_deprecated=False,
            save_mappings=False,
        )
    best: dict[str, Answer] = {}
    for phrase, iri, score in zip(found["Source Term"], found["Mapped Term IRI"], found["Mapping Score"], strict=True):
        if score > best.get(phrase, (None, 0.0))[1]:
            best[phrase] = headings.get(re.split("[/#]", iri)[-1]), float(score)
    return [best.get(phrase, (None, 0.0)) for phrase in phrases]


def answer(method: str, names: Mapping[str, str], phrases: Sequence[str]) -> dict[str, Any]:
    """Answers in the order of the phrases, and how long one takes."""
    if method == "text2term":
        began = time.perf_counter()
        answers = text2term(names, phrases)
        return {"answers": answers, "ms": (time.perf_counter() - began) * 1e3 / max(1, len(phrases))}
    if method.startswith("mner"):
        link = mner(fuzzy=method == "mner_fuzzy")
    else:
        link = {"wratio": wratio, "wratio_scan": wratio_scan, "gilda": gilda}[method](names)
    answers, took = [], []
    for phrase in phrases:
        began = time.perf_counter()
        answers.append(link(phrase))
        took.append((time.perf_counter() - began) * 1e3)
    return {"answers": answers, "ms": statistics.median(took) if took else 0.0}


def main() -> None:
    task = json.load(sys.stdin)
    out, sys.stdout = sys.stdout, sys.stderr  # some of them print
    json.dump(answer(sys.argv[1], task["names"], task["phrases"]), out)


if __name__ == "__main__":
    main()
