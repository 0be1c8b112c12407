"""Which trials have which word: the tables that `search_trials` (db/search.py) asks, so that it need not read texts.

They are written in segments of some trials, each sorted by its words. A changed trial gets a new number and its words
in a new segment; its former number is that of no document any more. When a fifth of the numbers is, all is made anew.
What is published without them, as by a bare `scrapy crawl`, is found as well, by reading its texts.
"""

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Numbers = npt.NDArray[np.int64]

STOPWORDS = ("an", "and", "for", "in", "of", "on", "or", "the", "to", "with")
TITLE, INTERVENTION, CRITERIA = 3, 2, 1
"""Weights of the fields: titles, conditions and keywords; interventions; criteria."""
FIELDS = (
    (TITLE, "concat_ws(' ', brief_title, official_title, acronym)", "trials"),
    (TITLE, "condition", "conditions"),
    (TITLE, "keyword", "keywords"),
    (INTERVENTION, "concat_ws(' ', name, array_to_string(other_names, ' '))", "interventions"),
    (CRITERIA, "criteria", "eligibility"),
)
"""Weight, text and table of each field. Where a word stands tells more than how often."""
_SEGMENT = 20_000
"""Trials whose words are sorted together: they take some 300 MB while that lasts."""
_WASTE = 1.25
"""Numbers given for each document that there is, from which on all is written anew."""
_OF_WORDS = bytes(code if chr(code).isalnum() or code > 127 else 32 for code in range(256))
"""Bytes of a text in UTF-8 with blanks between its words, as `plain` leaves them."""


def plain(text: str) -> str:
    """SQL of a text in small letters without accents; what is neither letter nor digit is blank, but for ASCII.

    To strip accents takes three quarters of the time, so it is done where there are any.
    """
    bare = f"regexp_replace(strip_accents({text}), '[^\\x00-\\x7f\\pL\\pN]+', ' ', 'g')"
    return f"lower(CASE WHEN regexp_matches({text}, '[^\\x00-\\x7f]') THEN {bare} ELSE {text} END)"


INDEX_TABLES = ("search_documents", "search_words", "search_unwritten")
_STATE = "('0x' || left(content_hash, 15))::BIGINT"


def write_words(connection: duckdb.DuckDBPyConnection) -> int:
    """Write the words of the trials of a writable catalogue that are new or changed; how many trials that was."""
    connection.begin()
    try:
        _forget_former(connection)
        ((new, known, last),) = connection.execute(
            f"SELECT (SELECT count(*) {_UNWRITTEN}), count(*), greatest(coalesce(max(document), 0), "
            "(SELECT coalesce(max(documents[-1]), 0) FROM search_words)) FROM search_documents"
        ).fetchall()
        if last + new > _WASTE * (known + new):
            connection.execute("DELETE FROM search_documents; DELETE FROM search_words")
            new, last = known + new, 0
        connection.execute(
            "INSERT INTO search_documents SELECT trial_id, (? + row_number() OVER (ORDER BY trial_id))::INTEGER, "
            f"{_STATE} {_UNWRITTEN}",
            [last],
        )
        for first in range(last + 1, last + new + 1, _SEGMENT):
            connection.register("segment", _segment(connection, first, first + _SEGMENT))
            connection.execute("INSERT INTO search_words BY NAME FROM segment")
            connection.unregister("segment")
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return int(new)


def note_unwritten(connection: duckdb.DuckDBPyConnection) -> None:
    """Note the trials whose texts `search_trials` has to read, as their words are not written or are former ones."""
    _forget_former(connection)
    connection.execute("DELETE FROM search_unwritten")
    connection.execute(f"INSERT INTO search_unwritten SELECT trial_id {_UNWRITTEN}")


_UNWRITTEN = "FROM trials ANTI JOIN search_documents USING (trial_id)"


def _forget_former(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "DELETE FROM search_documents WHERE rowid IN (SELECT d.rowid FROM search_documents d LEFT JOIN trials t "
        f"ON t.trial_id = d.trial_id AND {_STATE.replace('content_hash', 't.content_hash')} = d.state "
        "WHERE t.trial_id IS NULL)"
    )


def _segment(connection: duckdb.DuckDBPyConnection, first: int, end: int) -> pa.Table:
    """Rows of search_words of some documents, sorted by word. A word counts in the best of the fields that have it."""
    found = [_tokens(connection, first, end, text, table) for _, text, table in FIELDS]
    words = pa.concat_arrays([words for words, _ in found]).dictionary_encode()
    places = np.concatenate([places for _, places in found])
    lack = np.repeat([TITLE - weight for weight, *_ in FIELDS], [len(places) for _, places in found])
    by_name = pc.array_sort_indices(words.dictionary).to_numpy().astype(np.int64)
    rank = np.empty(len(by_name), np.int64)
    rank[by_name] = np.arange(len(by_name))
    weights, size = TITLE + 1, end - first
    keys = np.sort((rank[words.indices.to_numpy()] * size + places) * weights + lack)
    keys = keys[np.flatnonzero(np.diff(keys // weights, prepend=-1))]  # of a word in a document the best field
    keys = np.sort((keys // weights // size * weights + keys % weights) * size + keys // weights % size)
    starts = np.flatnonzero(np.diff(keys // size, prepend=-1))
    rows = keys[starts] // size
    spelt = words.dictionary.take(pa.array(by_name[rows // weights]))
    ends = np.append(starts, len(keys)).astype(np.int32)
    documents = (keys % size + first).astype(np.int32)
    stopped = pc.is_in(spelt, pa.array(STOPWORDS))
    return pa.table(
        {
            "word": spelt,
            "weight": pa.array((TITLE - rows % weights).astype(np.int8)),
            "documents": pa.ListArray.from_arrays(pa.array(ends), pa.array(documents)),
        }
    ).filter(pc.invert(pc.or_(stopped, pc.equal(pc.utf8_length(spelt), 1))))


def _tokens(
    connection: duckdb.DuckDBPyConnection, first: int, end: int, text: str, table: str
) -> tuple[pa.Array, Numbers]:
    """Words of one field of some documents, and of each the place of its document among them."""
    chosen = f"document >= {first} AND document < {end}"
    told = connection.sql(
        f"SELECT document - {first} AS place, {plain('told')} AS plain FROM (SELECT trial_id, {text} AS told "
        f"FROM {table}) JOIN search_documents USING (trial_id) WHERE {chosen} AND told <> '' "
        f"AND trial_id >= (SELECT min(trial_id) FROM search_documents WHERE {chosen}) "
        f"AND trial_id <= (SELECT max(trial_id) FROM search_documents WHERE {chosen})"
    ).to_arrow_table()
    texts = told.column("plain").cast(pa.large_string()).combine_chunks()
    texts = pa.concat_arrays(texts.chunks) if isinstance(texts, pa.ChunkedArray) else texts
    _, offsets, letters = texts.buffers()
    if letters is None:
        return pa.array([], pa.large_string()), np.empty(0, np.int64)
    letters = pa.py_buffer(letters.to_pybytes().translate(_OF_WORDS))
    blank = pa.LargeStringArray.from_buffers(len(texts), offsets, letters, offset=texts.offset)
    split = pc.ascii_split_whitespace(blank)
    places = np.repeat(told.column("place").to_numpy(), pc.list_value_length(split).to_numpy())
    words = split.flatten()
    is_word = pc.not_equal(words, "").to_numpy(zero_copy_only=False)  # a text that begins with a blank has an empty one
    return words.filter(pa.array(is_word)), places[is_word].astype(np.int64)
