"""The concepts that trials name and all that is wider, so that SQL can ask for a disease with what is narrower."""

from importlib import resources

import duckdb
import pyarrow as pa

from matcher.terminology import Relation, Terminology, default

_UP = (Relation.IS_A, Relation.ACCEPTS, Relation.IN_GROUP)
"""Edges from a concept to what it is a kind or a member of."""


def write_concepts(connection: duckdb.DuckDBPyConnection, version: str, terminology: Terminology | None = None) -> int:
    """Write the tables ``concepts`` and ``concept_ancestors``, and what asks them; how many concepts were added.

    version: the `mapping_version` that trials were mapped with; concepts of another one are replaced. A concept that no
    trial names any more stays until then.
    """
    connection.execute(resources.files("matcher.batch").joinpath("concepts.sql").read_text(encoding="utf-8"))
    if connection.execute("SELECT count(*) FROM concepts WHERE terminology <> ?", [version]).fetchall() != [(0,)]:
        connection.execute("DELETE FROM concepts; DELETE FROM concept_ancestors")
    named = connection.execute(
        "SELECT DISTINCT concept_id FROM trial_concepts WHERE role <> '' AND rule <> 'own words' "
        "AND concept_id NOT IN (SELECT concept_id FROM concept_ancestors WHERE steps = 0) ORDER BY concept_id"
    ).fetchall()
    if not named:
        return 0
    terminology = terminology or default()
    places = [terminology.place_of[name] for (name,) in named if name in terminology.place_of]
    above = {place: ancestors(terminology, place) for place in places}
    known = {row[0] for row in connection.execute("SELECT concept_id FROM concepts").fetchall()}
    ids = terminology.ids
    added = sorted({wider for steps in above.values() for wider in steps if ids[wider] not in known})
    codes = codes_of(terminology, frozenset(added))
    concepts = pa.table(
        {
            "concept_id": [ids[place] for place in added],
            "label": [terminology.labels[place] for place in added],
            "kind": [terminology.kind(place).name.lower() for place in added],
            "ids": [list(dict.fromkeys((*terminology.tables.members[place], *codes[place]))) for place in added],
            "terminology": [version] * len(added),
        }
    )
    pairs = [(ids[place], ids[wider], far) for place, steps in above.items() for wider, far in steps.items()]
    ancestry = pa.table(
        {name: [pair[at] for pair in pairs] for at, name in enumerate(("concept_id", "ancestor_id", "steps"))}
    )
    connection.register("added_concepts", concepts)
    connection.register("added_ancestors", ancestry)
    connection.execute("INSERT INTO concepts BY NAME FROM added_concepts")
    connection.execute("INSERT INTO concept_ancestors BY NAME FROM added_ancestors")
    connection.unregister("added_concepts")
    connection.unregister("added_ancestors")
    return len(added)


def ancestors(terminology: Terminology, concept: int) -> dict[int, int]:
    """What a concept is a kind or a member of, itself included, with the steps to each on the shortest way."""
    found, layer, steps = {concept: 0}, [concept], 0
    while layer:
        steps += 1
        above = {edge.other for place in layer for edge in terminology.edges(place) if edge.relation in _UP}
        layer = [place for place in above if place not in found]
        found |= dict.fromkeys(layer, steps)
    return found


def codes_of(terminology: Terminology, wanted: frozenset[int]) -> dict[int, list[str]]:
    """Codes of other vocabularies that mean these concepts, where a code means one concept alone."""
    found: dict[int, list[str]] = {place: [] for place in wanted}
    for code, places in terminology.tables.codes.items():
        if len(places) == 1 and places[0] in wanted and code not in terminology.tables.members[places[0]]:
            found[places[0]].append(code)
    return found
