"""The whole state of a trial as one JSON object: its row of ``trials`` with its rows in other tables."""

from db.tables import CHILD_TABLES, OF_THE_CATALOGUE

OF_PRESENT_RECORD = frozenset(table.field for table in CHILD_TABLES if not table.is_kept)
"""What former states leave out: personal data, and posted results, which take more room than all else together."""


def states(trials: str, digests: bool = False) -> str:
    """Query of the present state of some trials. trials: query of their ids, in brackets.

    digests: in place of what former states leave out stands a digest, which tells whether it changed.
    """
    tables = [one for one in CHILD_TABLES if one.is_kept or digests]
    children = ", ".join(f"'{one.field}': c_{one.field}.items" for one in tables)
    joins = ""
    for one in tables:
        listed = "list(row ORDER BY row.position)" if one.is_list else "list(row)"
        joins += (
            f"\nLEFT JOIN (SELECT trial_id, {listed if one.is_kept else 'bit_xor(hash(row))'} AS items FROM "
            f"(SELECT trial_id, one AS row FROM {one.name} AS one WHERE trial_id IN {trials}) "
            f"GROUP BY trial_id) c_{one.field} USING (trial_id)"
        )
    return f"""
        SELECT t.trial_id, t.registry, t.content_hash, t.changed_at, t.crawl_id,
               json_merge_patch(to_json(b), to_json({{{children}}})) AS state
        FROM trials t JOIN (SELECT * EXCLUDE ({", ".join(sorted(OF_THE_CATALOGUE))}) FROM trials) b USING (trial_id)
        SEMI JOIN {trials} USING (trial_id) {joins}
    """
