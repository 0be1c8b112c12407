"""Full-text search in plain SQL: the macro ``search_trials``. It needs no index and no extension.

A word of the question is found where a word of the trial begins with it ("calcif" in calcification). Each counts by its
rarity, as BM25 weighs words (Robertson and Walker 1994), times the weight of the best field that has it: where a word
stands tells more than how often. The pattern of the words is made of the macro's parameter alone, so the database
compiles it once and reads each text once.
"""

from db.saved_queries import Macro, Saved

TITLE, CONDITION, INTERVENTION, CRITERIA = 3.0, 3.0, 2.0, 1.0
"""Weights of the fields."""
_STOPWORDS = "'an', 'and', 'for', 'in', 'of', 'on', 'or', 'the', 'to', 'with'"
_ASKED = (
    "list_filter(string_split(regexp_replace(lower(strip_accents(words)), '[^a-z0-9]+', ' ', 'g'), ' '), "
    f"lambda word: length(word) > 1 AND word NOT IN ({_STOPWORDS}))"
)
_PATTERN = f"'\\b(' || array_to_string({_ASKED}, '|') || ')'"
_FIELDS = (
    (TITLE, "concat_ws(' ', brief_title, official_title, acronym)", "trials"),
    (CONDITION, "condition", "conditions"),
    (CONDITION, "keyword", "keywords"),
    (INTERVENTION, "concat_ws(' ', name, array_to_string(other_names, ' '))", "interventions"),
    (CRITERIA, "criteria", "eligibility WHERE in_criteria"),
)
_PLAIN = "lower(CASE WHEN regexp_matches(told, '[À-ÖØ-öø-ſ]') THEN strip_accents(told) ELSE told END)"
"""A text in small letters without accents. To strip accents takes three quarters of the time, so it is done where there
are any."""
_HITS = "\nUNION ALL ".join(
    f"SELECT trial_id, unnest(list_distinct(regexp_extract_all(plain, {_PATTERN}))) AS word, {weight} AS weight "
    f"FROM (SELECT trial_id, {_PLAIN} AS plain FROM (SELECT trial_id, {text} AS told FROM {source})) "
    f"WHERE len({_ASKED}) > 0 AND regexp_matches(plain, {_PATTERN})"
    for weight, text, source in _FIELDS
)
_SEARCH = f"""
WITH hits AS (SELECT trial_id, word, max(weight) AS weight FROM ({_HITS}) WHERE word <> '' GROUP BY ALL),
rarity AS (
    SELECT word, ln(1 + ((SELECT count(*) FROM trials) - count(*) + 0.5) / (count(*) + 0.5)) AS idf
    FROM hits GROUP BY word)
SELECT trial_id, round(sum(weight * idf), 3) AS score, list(word ORDER BY word) AS found,
    any_value(t.brief_title) AS brief_title, any_value(t.status) AS status, any_value(t.url) AS url
FROM hits JOIN rarity USING (word) JOIN trials t USING (trial_id)
GROUP BY trial_id ORDER BY len(found) DESC, score DESC, trial_id"""
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
