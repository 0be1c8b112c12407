"""The fast way through running text finds the same names as the full linker, on the names that both know.

Over a comma the full linker also weighs where the next item begins; those are the examples below.
"""

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from matcher.linking.linker import EntityLinker, clean_tokens
from matcher.linking.running_text import RunningText
from matcher.terminology import default

NAMES = default().keys
names = st.integers(0, len(NAMES) - 1).map(NAMES.__getitem__)
before = st.sampled_from(("", "Trial of ", "Patients who have "))
between = st.sampled_from((" and ", " or ", " with ", "; ", " given orally "))
behind = st.sampled_from(("", " given orally", ": results"))


@pytest.fixture(scope="module")
def linker() -> EntityLinker:
    return EntityLinker(default())


@pytest.fixture(scope="module")
def running(linker: EntityLinker) -> RunningText:
    return RunningText(linker.terminology, linker)


@settings(max_examples=300, deadline=None)
@given(before, names, between, names, behind)
@example("Trial of ", "ectopic calcification", " or ", "ossification", "")
@example("", "DYT2 type dystonia", ", ", "RIN2 syndrome", "")
@example("", "generalized scleroderma", ", ", "systemic sclerosis", "")
@example("Trial of ", "calcinosis", ", ", "systemic sclerosis", "")
@example("", "factor VIII deficiency", " or ", "glycogen storage disease type Ia", "")
@example("", "personal history of malignant neoplasm of unspecified site of lip", ", ", "gout", "")
def test_the_fast_path_is_the_full_linker_on_the_names_that_both_know(
    linker: EntityLinker, running: RunningText, head: str, first: str, joint: str, second: str, tail: str
) -> None:
    text = head + first + joint + second + tail
    links = linker.scan(text, clean_tokens(text), misspelt=False, patterns=False)
    assume(all(link.rule in ("exact", "abbreviation") for link in links))
    full = [link.concepts[0] for link in links if link.rule == "exact"]
    assert full
    assert [name.concept for name in running.named(text) if name.rule == "exact"] == full


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(before, names, between, names, behind).map("".join), max_size=8))
@example(["Gout or", "lupus", "and rickets", "with gout or lupus", ""])
@example(["DYT2 type dystonia", "Diabetes mellitus, type II and gout", "Factor VIII deficiency", "stage 2 gout"])
@example(["Gout \x7f lupus", "Gout"])
@example(
    ["Ödem, Crohn’s disease and PHP1a", "Juvenile and adult dermatomyositis", "In NSCLC", "SSc (SSc)", "anti-gout"]
)
@example(["gout", "gout", "ectopic calcifications or ossifications", "non gout"])
def test_many_texts_name_what_each_names_alone(running: RunningText, texts: list[str]) -> None:
    together = {text: found for text, found, _ in running.named_in(list(dict.fromkeys(texts)))}
    assert together == {text: found for text in texts if (found := running.named(text))}
