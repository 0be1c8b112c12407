"""From a diagnosis to the trials worth a look: terminology, mapping, ranking, reasons.

The names below are the whole interface; they are imported when first used, so that ``import matcher`` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matcher.batch.arrow import suggest_arrow
    from matcher.batch.beside import MappingBeside
    from matcher.batch.mapping import map_trials
    from matcher.errors import DenseModelError, DiagnosisError, TrialNotFoundError
    from matcher.results import Diagnosis, Match, Patient, Suggestions
    from matcher.service import Matcher, write_index
    from matcher.terminology import Terminology

__all__ = [
    "DenseModelError",
    "Diagnosis",
    "DiagnosisError",
    "MappingBeside",
    "Match",
    "Matcher",
    "Patient",
    "Suggestions",
    "Terminology",
    "TrialNotFoundError",
    "map_trials",
    "suggest_arrow",
    "write_index",
]

_HOMES = {
    "DenseModelError": "matcher.errors",
    "Diagnosis": "matcher.results",
    "DiagnosisError": "matcher.errors",
    "MappingBeside": "matcher.batch.beside",
    "Match": "matcher.results",
    "Matcher": "matcher.service",
    "Patient": "matcher.results",
    "Suggestions": "matcher.results",
    "Terminology": "matcher.terminology",
    "TrialNotFoundError": "matcher.errors",
    "map_trials": "matcher.batch.mapping",
    "suggest_arrow": "matcher.batch.arrow",
    "write_index": "matcher.service",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'matcher' has no attribute {name!r}")
    return getattr(import_module(home), name)
