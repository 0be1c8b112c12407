"""Registry identifiers in one canonical spelling, and the junk that must never link two trials.

Patterns: the identifier forms of the primary registries of the WHO network and of ClinicalTrials.gov. Only
identifiers that a registry assigns are read here: sponsor codes and grant numbers are shared by many trials
and link nothing.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

WEAK_SCHEMES = frozenset({"utn"})
"""Schemes whose number is recognised but links nothing by itself: one WHO universal trial number is
sometimes stated for several trials of a programme."""


class StrongIdentifier(NamedTuple):
    """A registry identifier.

    scheme: short name of the registry that assigned it, as in ``Trial.registry`` (or "utn").
    identifier: canonical text, the same as ``Trial.trial_id`` of that registry's record.
    """

    scheme: str
    identifier: str

    @property
    def key(self) -> str:
        """What two records must share to be one study: for CTIS without the resubmission counter."""
        return self.identifier[:18] if self.scheme == "ctis" else self.identifier

    @property
    def is_strong(self) -> bool:
        """Whether the identifier may link two records by itself."""
        return self.scheme not in WEAK_SCHEMES


class _Scheme(NamedTuple):
    pattern: str
    canonical: Callable[[re.Match[str]], str]
    scheme: str


def _plain(prefix: str) -> Callable[[re.Match[str]], str]:
    """Canonical form of a prefix and a run of digits, whatever stands between them."""
    return lambda match: prefix + _digits(match[0])


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _slashed(prefix: str) -> Callable[[re.Match[str]], str]:
    """Canonical form of digit groups divided by slashes."""

    def canonical(match: re.Match[str]) -> str:
        return "/".join([prefix, *re.findall(r"[0-9]+", match[0])])

    return canonical


def _eu_number(match: re.Match[str]) -> str:
    """EudraCT and EU CT numbers overlap in shape: from 2022 a 5 opens the serial of an EU CT (CTIS) number."""
    year, serial, check, counter = match["year"], match["serial"], match["check"], match["counter"]
    if serial[0] == "5" and year >= "2022":
        return f"CTIS{year}-{serial}-{check}" + (f"-{counter}" if counter else "")
    # A fourth group of digits belongs to EU CT numbers only: this is some other number.
    return "" if counter else f"EUCTR{year}-{serial}-{check}"


def _chictr(match: re.Match[str]) -> str:
    letters = re.sub(r"[^A-Z]", "", match[0].removeprefix("CHICTR"))
    return f"ChiCTR-{letters}-{_digits(match[0])}" if letters else f"ChiCTR{_digits(match[0])}"


_SEP = r"[\s:#/_-]{0,3}"
# "NCT number: 03582800"
_NAMED = rf"{_SEP}(?:(?:NUMBER|NO|NR|ID)\.?{_SEP})?"
_DASH = r"\s?-\s?"
_COUNTRY = r"(?:[-/ ](?:[A-Z]{2}|3RD|OUTSIDE-EU/EEA)(?![A-Z0-9]))?"
_EU = (
    rf"(?:(?:EUCTR|EUDRA-?CT|EU-?CT|CTIS){_SEP})?"
    rf"(?P<year>19[0-9]{{2}}|20[0-9]{{2}}){_DASH}(?P<serial>[0-9]{{6}}){_DASH}(?P<check>[0-9]{{2}})"
    rf"(?:{_DASH}(?P<counter>[0-9]{{2}}))?{_COUNTRY}"
)

_SCHEMES = {
    name: _Scheme(pattern, canonical, name.partition("_")[0])
    for name, pattern, canonical in (
        ("ctgov", rf"NCT{_NAMED}[0-9]{{8}}", _plain("NCT")),
        ("euctr", _EU, _eu_number),
        ("isrctn", rf"ISRCTN{_NAMED}[0-9]{{8}}", _plain("ISRCTN")),
        ("drks", rf"DRKS{_NAMED}[0-9]{{8}}", _plain("DRKS")),
        # A trailing P marks a prospective registration; it is not part of the number.
        ("anzctr", rf"ACTRN{_SEP}[0-9]{{14}}P?", _plain("ACTRN")),
        ("jrct_s", rf"(?:JPRN-)?JRCTS{_SEP}[0-9]{{9}}", _plain("jRCTs")),
        ("jrct", rf"(?:JPRN-)?JRCT{_SEP}[0-9]{{10}}", _plain("jRCT")),
        ("umin", rf"(?:JPRN-)?UMIN{_SEP}[0-9]{{9}}", _plain("UMIN")),
        ("japic", rf"(?:JPRN-)?JAPICCTI{_SEP}[0-9]{{6}}", _plain("JapicCTI-")),
        ("jma", r"(?:JPRN-)?JMA-?IIA[0-9]{5}", _plain("JMA-IIA")),
        ("ctri", r"CTRI[/-]?[0-9]{4}[/-][0-9]{2,3}[/-][0-9]{6}", _slashed("CTRI")),
        ("chictr", r"CHICTR[\s-]?(?:[A-Z]{1,6}-?)?(?:[0-9]{10}|[0-9]{8})", _chictr),
        ("irct", r"IRCT[0-9]{6,20}N[0-9]{1,4}", lambda match: match[0]),
        ("kct", rf"KCT{_SEP}[0-9]{{7}}", _plain("KCT")),
        # ReBEC codes are random letters and digits; one without a digit is taken for a word.
        ("rebec", r"RBR-(?=[A-Z]*[0-9])[0-9A-Z]{5,9}", lambda match: "RBR-" + match[0][4:].lower()),
        ("rpcec", rf"RPCEC{_SEP}[0-9]{{8}}", _plain("RPCEC")),
        ("pactr", rf"PACTR{_SEP}[0-9]{{12,16}}", _plain("PACTR")),
        ("repec", r"PER-[0-9]{3}-[0-9]{2}", lambda match: match[0]),
        ("slctr", r"SLCTR[/-][0-9]{4}[/-][0-9]{3}", _slashed("SLCTR")),
        ("tctr", rf"TCTR{_SEP}[0-9]{{11}}", _plain("TCTR")),
        ("lbctr", rf"LBCTR{_SEP}[0-9]{{8,12}}", _plain("LBCTR")),
        ("itmctr", rf"ITMCTR{_SEP}[0-9]{{8,12}}", _plain("ITMCTR")),
        ("nl_omon", r"NL-?OMON[\s-]?[0-9]{1,6}", _plain("NL-OMON")),
        ("nl_ntr", r"NTR[\s-]?[0-9]{1,4}", _plain("NTR")),
        # Five digits would be a Dutch ethics file (NL12345.018.09), which is no registration.
        ("nl", r"NL-?[0-9]{3,4}(?!\.[0-9])", _plain("NL")),
        ("utn", r"U?1111-[0-9]{4}-[0-9]{4}", lambda match: "U" + match[0].lstrip("U")),
    )
}

_ANY = "|".join(f"(?P<{name}>{scheme.pattern})" for name, scheme in _SCHEMES.items())
# The first set lists how all patterns begin, so that most places in a text are passed at once.
_FIND = re.compile(rf"(?=[NEC12IDAJUKRPSTL])(?<![0-9A-Z])(?<![0-9]-)(?:{_ANY})(?!-?[0-9]|[A-Z])", re.A)
_NAMES = (
    r"(?:EUDRA-?CT|EU[- ]?CTR?|CTIS|CLINICALTRIALS?\.GOV|CT\.GOV|NCT|ISRCTN|DRKS|ANZCTR|UMIN-CTR|UTN|WHO(?: UTN)?"
    r"|REGISTRY)"
)
_NUMBER = r"(?:N°|NO\.|NR\.|N[UÚ]M[EÉ]RO(?: DE)?|NUMMER|NUMBER)"
_LABEL = re.compile(rf"(?:{_NUMBER}\s*)?{_NAMES}[\s-]*(?:NUMBER|IDENTIFIER|NO\.?|NR\.?|ID\.?|N°)?\s*[:#=]?\s*", re.A)
_SIGNS = str.maketrans(dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("\u00ad\u200b\u2060\ufeff"))
_ADDRESS = re.compile(r"(?:[A-Z]+://|WWW\.|10\.[0-9]{4,9}/)\S+")
_REMARK = re.compile(r"(?<=\S)\s*[(\[][^()\[\]]*[)\]]$")

# Numbers people type to get past a required field.
_TEST_DIGITS = frozenset({"12345678", "87654321", "123456"})


def normalise(text: str) -> StrongIdentifier | None:
    """The identifier that a text as a whole states, in canonical spelling; None for anything else and for junk.

    Case, dashes, blanks after the prefix, a label ("EudraCT number: ..."), a country suffix and a remark in brackets do
    not matter; a web address or DOI states the one identifier in it.
    """
    candidate = _clean(text).strip()
    if _ADDRESS.fullmatch(candidate):
        stated = find(candidate)
        return stated[0] if len(stated) == 1 else None
    candidate = _REMARK.sub("", candidate).strip(" \t\r\n.,;:()[]{}'\"")
    if len(candidate) < 4:
        return None
    match = _FIND.match(candidate)
    if match is None or match.end() != len(candidate):
        label = _LABEL.match(candidate)
        if label is None:
            return None
        match = _FIND.match(candidate, label.end())
        if match is None or match.end() != len(candidate):
            return None
    return _identifier(match)


@lru_cache(maxsize=16384)
def usual_form(text: str) -> str:
    """A number of a known registry in its usual form; any other number as it is."""
    found = normalise(text)
    return found.identifier if found else text


def find(text: str) -> list[StrongIdentifier]:
    """All registry identifiers inside a free text that may link records, in order, each once."""
    found = (_identifier(match) for match in _FIND.finditer(_clean(text)))
    return list(dict.fromkeys(item for item in found if item is not None and item.is_strong))


def is_junk(identifier: str) -> bool:
    """Whether an identifier is a placeholder: no digit, all zeros, one digit repeated, or a count up or down.

    A short number such as NTR2222 may well be real; one digit six times or more is not.
    """
    groups = re.findall(r"[0-9]+", identifier)
    # The year of a dated number says nothing; its serial does.
    telling = groups[1:] if len(groups) > 1 and len(groups[0]) == 4 else groups
    joined = "".join(telling)
    return not joined.strip("0") or any(
        digits in _TEST_DIGITS or (len(digits) >= 6 and len(set(digits)) == 1) for digits in (*telling, joined)
    )


def _clean(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_SIGNS)
    return text.upper()


def _identifier(match: re.Match[str]) -> StrongIdentifier | None:
    name = match.lastgroup
    assert name is not None
    canonical = _SCHEMES[name].canonical(match)
    if not canonical or is_junk(canonical):
        return None
    return StrongIdentifier("ctis" if canonical.startswith("CTIS") else _SCHEMES[name].scheme, canonical)
