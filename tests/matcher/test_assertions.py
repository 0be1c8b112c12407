"""How charts put a diagnosis, through the matcher: a table of phrases in seven languages."""

import re
from pathlib import Path

import pytest

from matcher import Matcher

PHRASES = Path(__file__).with_name("assertions.txt")
MARK = re.compile(r"\{([pnfhu]):([^}]*)\}")
ASSERTIONS = {"p": "present", "n": "negated", "f": "family", "h": "historical", "u": "uncertain"}


def phrases() -> list[str]:
    lines = PHRASES.read_text(encoding="utf-8").splitlines()
    return [line.replace("\\n", "\n") for line in lines if line and not line.startswith("#")]


def assertions(matcher: Matcher, text: str) -> list[tuple[str, str]]:
    return [(item.mention.lower(), item.assertion) for item in matcher.suggest(text, limit=1).diagnoses]


@pytest.mark.parametrize("phrase", phrases())
def test_phrases(matcher: Matcher, phrase: str) -> None:
    left = assertions(matcher, MARK.sub(lambda mark: mark[2], phrase))
    for mark in MARK.finditer(phrase):
        words = mark[2].lower()
        found = next(item for item in left if words in item[0] or item[0] in words)
        if found[0].count(" ") <= words.count(" "):
            left.remove(found)
        assert (words, found[1]) == (words, ASSERTIONS[mark[1]])
