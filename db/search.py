"""Full-text search in plain SQL: the macro ``search_trials``, which needs no extension.

A word of the question is found where a word of the trial begins with it ("calcif" in calcification). Each counts by its
rarity, as BM25 weighs words (Robertson and Walker 1994), times the weight of the best field that has it: where a word
stands tells more than how often. It is looked up in the tables of db/words.py. The pattern of the words is made of the
macro's parameter alone, so the database passes over all other words without reading their trials. Texts are read of
those trials alone whose words were not written.
"""

from db.saved_queries import Macro, Saved
from db.words import CRITERIA, FIELDS, STOPWORDS, plain

_STOPPED = ", ".join(f"'{word}'" for word in STOPWORDS)
_ASKED = (
    f"list_sort(list_distinct(list_filter(string_split(regexp_replace({plain('words::VARCHAR')}, '[^\\pL\\pN]+', ' ', "
    f"'g'), ' '), lambda word: length(word) > 1 AND word NOT IN ({_STOPPED}))))"
)
"""The words of the question, in order. Beyond these letters and digits nothing is left that a pattern would read."""
_ANY = f"coalesce(nullif('(' || array_to_string({_ASKED}, '|') || ')', '()'), '$^')"
"""A pattern of any of them; of none one that nothing matches."""
_READ = "\nUNION ALL ".join(
    f"SELECT document, {weight} AS weight, ' ' || regexp_replace(plain, '[^\\pL\\pN]+', ' ', 'g') AS spaced FROM ("
    f"SELECT document, {plain('told')} AS plain FROM (SELECT trial_id, {text} AS told FROM {table}) "
    f"JOIN unwritten USING (trial_id)) WHERE regexp_matches(plain, {_ANY})"
    for weight, text, table in FIELDS
)


def _mask(found: str) -> str:
    """SQL of a number with a bit for each word of the question, ``asked``, of which this holds."""
    bits = f"list_transform({_ASKED}, lambda asked, place: CASE WHEN {found} THEN 1::BIGINT << place ELSE 0 END)"
    return f"list_sum({bits})::BIGINT"


_SEARCH = f"""
WITH unwritten AS (SELECT -1 - rowid AS document, trial_id FROM search_unwritten),
documents AS (SELECT document, trial_id FROM search_documents UNION ALL FROM unwritten),
places AS (SELECT unnest(generate_series(1, len({_ASKED}))) AS place),
postings AS (
    SELECT unnest(documents) AS document, {_mask("starts_with(word, asked)")} AS mask, weight
    FROM search_words WHERE regexp_matches(word, '^' || {_ANY})
    UNION ALL
    SELECT document, {_mask("contains(spaced, ' ' || asked)")}, weight FROM ({_READ})),
hits AS (
    SELECT document, place AS word, max(weight) AS weight FROM postings JOIN places ON (mask >> place) & 1 = 1
    WHERE weight > {CRITERIA} OR in_criteria GROUP BY ALL),
present AS (SELECT trial_id, document, word, weight FROM hits JOIN documents USING (document)),
rarity AS (
    SELECT word, ln(1 + ((SELECT count(*) FROM trials) - count(*) + 0.5) / (count(*) + 0.5)) AS idf
    FROM present GROUP BY word),
scored AS (
    SELECT any_value(trial_id) AS trial_id, round(sum(weight * idf), 3) AS score, bit_or(1::BIGINT << word) AS found
    FROM present JOIN rarity USING (word) GROUP BY document)
SELECT trial_id, score, list_filter({_ASKED}, lambda word, place: (s.found >> place) & 1 = 1) AS found,
    brief_title, status, url
FROM scored s JOIN trials USING (trial_id) ORDER BY bit_count(s.found) DESC, score DESC, trial_id"""
SAVED: tuple[Saved, ...] = (
    Macro(
        "search_trials",
        "words, in_criteria := true",
        "Trials whose titles, conditions, keywords, interventions or criteria have any of these words, those with most "
        "of them first, then by rarity of the words and where they stand. A word is found at the beginning of a word: "
        "search_trials('sodium thiosulf'). in_criteria := false "
        "leaves out the longest texts. Columns: trial_id, score, found (the words), brief_title, status, url.",
        _SEARCH,
    ),
)
