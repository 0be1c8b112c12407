"""Trials that share rare words with the input: sites, treatments, routes."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from matcher import weights
from matcher.trials.index import Floats, Ints, TrialIndex

Places = npt.NDArray[np.integer[Any]]


def lifts(catalogue: TrialIndex, trials: Ints, words: frozenset[str]) -> Floats:
    """Factors that raise trials which share rare words with the input. trials: sorted."""
    size = len(trials)
    rarity = np.zeros(size)
    places = trials.astype(np.int32)  # as the catalogue's, which would be copied otherwise
    for word in sorted(words):  # in one order, so that trials alike come to the same sum
        sharing = _places_among(catalogue.trials_saying(word), places)
        if len(sharing):
            rarity[sharing] += math.log(1 + size / len(sharing))
    raised: Floats = 1 + weights.LEXICAL * (1 - np.exp(-rarity / weights.ENOUGH_WORDS))
    return raised


def _places_among(some: Places, trials: Places) -> Places:
    """Where those that are also among the first stand in the second. Both are sorted; the fewer are looked up."""
    if not len(some) or not len(trials):
        return trials[:0]
    if len(some) < len(trials):
        places = np.minimum(np.searchsorted(trials, some), len(trials) - 1)
        found: Places = places[trials[places] == some]
    else:
        places = np.minimum(np.searchsorted(some, trials), len(some) - 1)
        found = np.flatnonzero(some[places] == trials)
    return found
