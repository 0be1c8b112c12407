"""Countries by any of their names: ISO 3166 in English and six other languages (pycountry), codes, spoken names.

Registries write names in brackets and behind commas, former names, and lists; some name a part of the world instead.
"""

import gettext
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from functools import cache, lru_cache

import pycountry

HOME_NATIONS = frozenset({"england", "scotland", "wales", "northern ireland"})
LANGUAGES = ("fr", "de", "es", "it", "pt", "nl")
"""Languages beside English whose names are known (Debian iso-codes, which come with pycountry)."""

_SPOKEN = {
    "GB": ("uk", "u.k.", "great britain", "england", "scotland", "wales", "northern ireland", "inghilterra"),
    "US": ("usa", "u.s.", "u.s.a.", "america", "united states of america", "vs", "ee uu", "eeuu"),
    "NL": ("the netherlands", "holland", "holanda", "olanda"), "DE": ("brd",), "TR": ("turkey",), "RU": ("russia",),
    "CZ": ("czech republic",), "KR": ("korea", "republic of korea", "corea"), "CI": ("ivory coast",),
    "MK": ("macedonia", "former yugoslav republic of macedonia", "fyrom"), "SZ": ("swaziland",), "MM": ("burma",),
    "CV": ("cape verde",), "TL": ("east timor",), "CD": ("zaire", "dr congo", "congo kinshasa", "drc"),
    "CG": ("congo brazzaville", "republic of the congo"), "PS": ("palestine", "palestinian territories", "palestinian "
    "territory", "west bank and gaza"), "TW": ("taiwan", "chinese taipei", "republic of china"), "HK": ("hongkong",),
    "LY": ("libya", "libyan arab jamahiriya"), "VA": ("vatican", "vatican city"), "RE": ("reunion island",),
    "LA": ("laos",), "KP": ("north korea",), "SY": ("syria",), "BN": ("brunei",), "MD": ("moldova",), "IR": ("iran",),
    "TZ": ("tanzania",), "BO": ("bolivia",), "VE": ("venezuela",), "FM": ("micronesia",), "GM": ("gambia",),
    "RS": ("serbia and montenegro", "yugoslavia"), "BA": ("bosnia", "bosnia herzegovina"), "CY": ("northern cyprus",),
    "AE": ("uae",), "CN": ("pr china",), "CH": ("die schweiz",), "VN": ("viet nam",), "FR": ("guadeloupe",)
}  # fmt: skip
_REGIONS: dict[str, str] = {
    "europe": "AL AD AT BY BE BA BG HR CY CZ DK EE FI FR DE GR HU IS IE IT LV LI LT LU MT MD MC ME NL MK NO PL PT RO "
    "RU SM RS SK SI ES SE CH UA GB VA TR",
    "european union": "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE",
    "scandinavia": "DK NO SE FI IS",
    "asia": "AF AM AZ BH BD BT BN KH CN CY GE HK IN ID IR IQ IL JP JO KZ KW KG LA LB MO MY MV MN MM NP KP OM PK PS PH "
    "QA SA SG KR LK SY TW TJ TH TL TR TM AE UZ VN YE",
    "middle east": "BH CY EG IR IQ IL JO KW LB OM PS QA SA SY TR AE YE",
    "north america": "US CA MX",
    "south america": "AR BO BR CL CO EC GY PY PE SR UY VE",
    "latin america": "AR BO BR CL CO CR CU DO EC SV GT HN MX NI PA PY PE PR UY VE",
    "central america": "BZ CR SV GT HN NI PA",
    "africa": "DZ AO BJ BW BF BI CV CM CF TD KM CG CD CI DJ EG GQ ER SZ ET GA GM GH GN GW KE LS LR LY MG MW ML MR MU "
    "MA MZ NA NE NG RW ST SN SC SL SO ZA SS SD TZ TG TN UG ZM ZW",
    "oceania": "AU NZ FJ PG SB VU WS TO",
}
"""Countries of parts of the world, at their widest: whether one is in it may be unknown, never whether it is not."""
_SAME_REGION = {
    "eu": "european union", "ue": "european union", "eea": "europe", "european economic area": "europe",
    "eastern europe": "europe", "western europe": "europe", "northern europe": "europe", "southern europe": "europe",
    "central europe": "europe", "nordic countries": "scandinavia", "southeast asia": "asia", "south east asia": "asia",
    "east asia": "asia", "south asia": "asia", "asia pacific": "asia oceania",
    "americas": "north america latin america",
    "america north": "north america", "australia and new zealand": "oceania", "european countries": "europe",
    "asia and pacific": "asia oceania", "sub saharan africa": "africa", "north africa": "africa",
}  # fmt: skip
_EVERYWHERE = frozenset(
    ("world", "worldwide", "global", "international", "other", "others", "other countries", "multinational")
)
_EXCEPT = re.compile(
    r"\s*[,(\[]?\s*(?:except|excluding|without|other than|ex\.?)\s+(?:for\s+)?(?P<out>[^()\[\]]+?)\s*[)\]]?\s*$", re.I
)
_ADDITIONS = frozenset(
    re.findall(
        r"\S+",
        "republic islamic democratic people s peoples kingdom state states federated federation province plurinational "
        "bolivarian united occupied yugoslav arab jamahiriya sultanate commonwealth socialist sar special "
        "administrative region u and china south north",
    )
)
"""Words of a name that lists put behind a comma: "Korea, Republic of"."""
_BRACKETS = re.compile(r"^(?P<name>[^()\[\]]*?)\s*[(\[](?P<inside>[^()\[\]]*)[)\]]\s*$")
_BETWEEN = re.compile(r"\s*[;\n|/]\s*")
_CLOSED = frozenset(
    re.findall(
        r"\S+",
        "withdrawn terminated completed closed ended activenotrecruiting notauthorised revoked cancelled expired "
        "ongoingrecruitmentended prematurelyended nolongerrecruiting recruitmentended prohibitedbyca closedtoaccrual "
        "nolongeravailable halted",
    )
)
"""Statuses of a site or country, by their letters, that say that nobody can join there any more."""
_EU_CODES = {"UK": "GB", "EL": "GR"}
"""Codes that European institutions use in place of those of ISO 3166."""


def all_names() -> Iterator[tuple[str, str]]:
    """Every name and code of every country with the country's English name; a name may come more than once, the
    better claim first."""
    translations = [_translation(language) for language in LANGUAGES]
    for country in pycountry.countries:
        english = _english(country)
        official = (country.name, getattr(country, "official_name", country.name))
        translated = (translation.gettext(name) for translation in translations for name in (english, country.name))
        codes = (country.alpha_2, country.alpha_3)
        for name in (english, *official, *translated, *codes, *_SPOKEN.get(country.alpha_2, ())):
            yield name, english


def by_code(code: str) -> str | None:
    """English name of the country with a code of two letters, in any case; None for an unknown code."""
    upper = code.upper()
    country = pycountry.countries.get(alpha_2=_EU_CODES.get(upper, upper))
    return _english(country) if country else None


def in_english(name: str, language: str) -> str:
    """The English name of a country that is named in one of LANGUAGES; any other name as it is."""
    return _in_language(language).get(name.lower(), name)


@cache
def _in_language(language: str) -> dict[str, str]:
    translate = _translation(language).gettext
    return {
        translate(name).lower(): _english(country)
        for country in pycountry.countries
        for name in (country.name, getattr(country, "common_name", country.name))
    }


@cache
def _translation(language: str) -> gettext.NullTranslations:
    return gettext.translation("iso3166-1", pycountry.LOCALES_DIR, [language])


def _english(country: object) -> str:
    """The common name, where ISO's own is longer (Bolivia, Plurinational State of)."""
    name: str = getattr(country, "common_name", None) or country.name  # type: ignore[attr-defined]
    return name


def _flat(name: str) -> str:
    """A name by its letters: without case, accents, apostrophes, marks and article."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(sign if sign.isalnum() else " " for sign in letters if not unicodedata.combining(sign))
    return " ".join(word for word in kept.split() if word not in ("the", "of", "former"))


@cache
def _by_flat_name() -> dict[str, str]:
    names: dict[str, str] = {}
    for name, english in all_names():
        if len(name) > 2:
            names.setdefault(_flat(name), english)
    return names


@lru_cache(maxsize=4096)
def canonical(name: str) -> str | None:
    """The English name of the country that a registry's words name; None for words that name none, or a region.

    "Turkey (Türkiye)", "Iran (Islamic Republic of)", "Macedonia, The Former Yugoslav Republic of", "The Gambia".
    """
    name = name.strip(" ,.;")
    if len(name) == 2 and name.isalpha() and name.isupper():
        return by_code(name)
    names = _by_flat_name()
    if found := names.get(_flat(name)):
        return found
    if match := _BRACKETS.match(name):
        for part in (match["name"], match["inside"], f"{match['inside']} {match['name']}"):
            if len(_flat(part)) > 2 and (found := names.get(_flat(part))):
                return found
    first, comma, rest = name.partition(",")
    return (
        names.get(_flat(f"{rest} {first}")) or names.get(_flat(first))
        if comma and rest and _is_addition(rest)
        else None
    )


def _is_addition(text: str) -> bool:
    """Whether what stands behind the comma of a name belongs to it ("Islamic Republic of"), and is no other country."""
    return _ADDITIONS.issuperset(_flat(text).split())


@lru_cache(maxsize=1024)
def _region(name: str) -> frozenset[str] | None:
    """Countries that a part of the world may have; None for words that name none."""
    left_out = _EXCEPT.search(name)
    flat = _flat(name[: left_out.start()] if left_out else name)
    if flat in _EVERYWHERE:
        found = {english for _, english in _codes()}
    else:
        parts = [one for one in _REGIONS if one in _SAME_REGION.get(flat, flat if flat in _REGIONS else "")]
        if not parts:
            return None
        found = {english for part in parts for code in _REGIONS[part].split() if (english := by_code(code))}
    return frozenset(found - {canonical(left_out["out"])} if left_out else found)


@cache
def _codes() -> tuple[tuple[str, str], ...]:
    return tuple((country.alpha_2, _english(country)) for country in pycountry.countries)


def is_region(name: str) -> bool:
    """Whether the words name a part of the world, and no country."""
    return canonical(name) is None and _region(name) is not None


def listed(text: str) -> list[str]:
    """The countries and regions of a list in one text, in the registry's words, the home nations as the United Kingdom.

    A comma may part two countries ("Germany, Austria") or belong to a name ("Korea, Republic of").
    """
    found: list[str] = []
    for entry in _BETWEEN.split(text):
        parts = [part.strip() for part in re.split(r",(?![^(\[]*[)\]])", entry) if part.strip(" .")]
        while parts:
            size = next((n for n in range(min(len(parts), 3), 1, -1) if canonical(", ".join(parts[:n]))), 1)
            name = ", ".join(parts[:size])
            halves = re.split(r"\s+(?:and|und|et|&)\s+", name)
            if len(halves) > 1 and canonical(name) is None and all(canonical(half) for half in halves):
                found += halves
            else:
                found.append(name)
            parts = parts[size:]
    return list(dict.fromkeys("United Kingdom" if _flat(name) in HOME_NATIONS else name for name in found))


ANYWHERE = "?"
"""Stands among the countries of a trial for a place that is not understood, and before one that a region may mean."""

Place = tuple[str | None, str | None, str | None]
"""Country, region where no country is named, and status of a site, in the registry's words."""


def is_closed(status: str | None) -> bool:
    """Whether the status of a site or country, in the registry's words, says that nobody can join there any more."""
    return "".join(filter(str.isalpha, (status or "").lower())) in _CLOSED


def joinable(places: Iterable[Place]) -> frozenset[str]:
    """The countries where somebody may still join a trial with these places, and what else may be among them.

    A site that was withdrawn, terminated or closed is none. Of a region every country in it may be one, and of a name
    that is not understood any (ANYWHERE). "" stands for places that are closed.
    """
    found: set[str] = set()
    for name, region, status in places:
        if is_closed(status):
            found.add("")
        elif country := canonical(name) if name else None:
            found.add(country)
        elif stated := name or region:
            within = _region(stated)
            # the state of a site that names no country is no region
            found |= {ANYWHERE + one for one in within} if within else {ANYWHERE} if name else set()
    return frozenset(found)


def is_met(country: str, joined: Collection[str]) -> str:
    """Whether a trial that can be joined in these places can be in a country: met, not met, unknown."""
    wanted = canonical(country) or country
    if wanted in joined:
        return "met"
    return "unknown" if not joined or ANYWHERE in joined or ANYWHERE + wanted in joined else "not met"
