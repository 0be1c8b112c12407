"""A long text as a name: its first sentence, cut between words."""

import pytest

from crawler.wording.words import headline


@pytest.mark.parametrize("longest", [20, 30, 41, 42, 43, 60])
def test_a_headline_is_cut_between_words(longest: int) -> None:
    text = "intralesional thiosulfate injected weekly into deposits of the hand"
    cut = headline(text, longest)
    assert cut.endswith(" …")
    words = cut.removesuffix(" …").split()
    assert words == text.split()[: len(words)]
    assert 0 < len(cut) <= longest + 2


def test_a_short_text_or_a_first_sentence_stands_whole() -> None:
    assert headline("thiosulfate") == "thiosulfate"
    assert headline("Thiosulfate weekly. Then monthly. " + "More of it. " * 30) == "Thiosulfate weekly."
