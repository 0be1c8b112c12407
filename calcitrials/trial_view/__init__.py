"""A trial as a person reads it, as plain records that a terminal, a web page or a letter can show.

``trial_view(connection, trial_id)`` gives a ``TrialView``: a head (``trial_id``, ``title``, ``status``, ``headline``,
``url``) and ``sections``, each with a ``key``, a ``heading`` and ``blocks``. A block is a ``Text``, ``Facts`` (label
and value), ``Items`` (a list) or a ``Table``; each but the first may have a heading of its own. Texts are plain:
whoever shows them escapes them. There is no empty section, block or line, no name of a column, and no number of days
for an age; ``trial_record`` has everything under the names of the catalogue.
"""

from calcitrials.trial_view.blocks import Block, Fact, Facts, Item, Items, Section, Table, Text, TrialView
from calcitrials.trial_view.record import find_trial, trial_record
from calcitrials.trial_view.view import trial_view

__all__ = [
    "Block",
    "Fact",
    "Facts",
    "Item",
    "Items",
    "Section",
    "Table",
    "Text",
    "TrialView",
    "find_trial",
    "trial_record",
    "trial_view",
]
