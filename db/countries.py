"""Countries by any of their names: ISO 3166 in English and six other languages (pycountry), codes, spoken names."""

import gettext
from collections.abc import Iterator
from functools import cache

import pycountry

LANGUAGES = ("fr", "de", "es", "it", "pt", "nl")
"""Languages beside English whose names are known (Debian iso-codes, which come with pycountry)."""

_SPOKEN = {
    "GB": ("uk", "u.k.", "great britain", "england", "scotland", "wales", "northern ireland", "inghilterra"),
    "US": ("usa", "u.s.", "u.s.a.", "america", "united states of america", "vs", "ee uu", "eeuu"),
    "NL": ("the netherlands", "holland", "holanda", "olanda"), "DE": ("brd",), "TR": ("turkey",), "RU": ("russia",),
    "CZ": ("czech republic",), "KR": ("korea", "republic of korea", "corea"), "CI": ("ivory coast",),
    "AE": ("uae",), "CN": ("pr china",), "CH": ("die schweiz",), "VN": ("viet nam",), "FR": ("guadeloupe",)
}  # fmt: skip
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
