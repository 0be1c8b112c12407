"""Numbered steps from one schema of the catalogue to the next: ``0002_<what>.sql`` leads from schema 1 to schema 2.

A step changes the tables that the schema before it had; tables that the present schema adds are created after the last
step. A step that was published is never edited: later corrections are later steps.
"""
