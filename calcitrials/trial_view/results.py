"""Posted results in short: who came how far, what was measured in each group, and harm."""

from collections.abc import Iterator
from typing import Any

from calcitrials.trial_view import words
from calcitrials.trial_view.blocks import Block, Fact, Facts, Table, Text

_HARM = {"deaths": "Died", "serious": "Serious adverse events", "other": "Other adverse events"}

Row = dict[str, Any]


def posted_results(record: Row) -> Iterator[Block]:
    """The primary outcomes with their values, the flow of participants and harm; everything stands in the tables."""
    if flow := _flow(record):
        yield flow
    for number, outcome in enumerate(record.get("result_outcomes", ()), 1):
        if outcome.get("type") == "primary":
            yield from _outcome(record, number, outcome)
    others = sum(outcome.get("type") != "primary" for outcome in record.get("result_outcomes", ()))
    if others:
        yield Text(words.say("{more} with results: see the record.", more=words.counted(others, "further outcome")))
    if harm := _harm(record):
        yield harm
    details: Row = record.get("result_details", [{}])[0]
    if details.get("limitations_and_caveats"):
        yield Facts((Fact("Limits", details["limitations_and_caveats"]),))
    if record.get("has_results") and not record.get("result_outcomes"):
        yield Text("The registry shows results on its page.")
    if record.get("result_pending"):
        yield Text("Results were submitted to the registry and are not posted yet.")


def _groups(record: Row, section: str, outcome: int | None = None) -> dict[str, str]:
    """Name of each group of a section, by its code, in the order of the registry."""
    return {
        row["group_code"]: row.get("title") or row["group_code"]
        for row in record.get("result_groups", ())
        if row["section"] == section and row.get("outcome") == outcome
    }


def _flow(record: Row) -> Table | None:
    groups = _groups(record, "participant_flow")
    rows: dict[str, dict[str, str]] = {}
    for row in record.get("result_participant_flow", ()):
        if row["kind"] == "milestone":
            title = ": ".join(filter(None, (row.get("period"), row["title"].lower())))
            rows.setdefault(title, {})[row["group_code"]] = row.get("count") or ""
    return _table("How many took part", groups, rows)


def _outcome(record: Row, number: int, outcome: Row) -> Iterator[Block]:
    groups = _groups(record, "outcome", number)
    rows: dict[str, dict[str, str]] = {}
    for row in record.get("result_measurements", ()):
        if row["outcome"] == number:
            title = ", ".join(filter(None, (row.get("classification"), row.get("category"))))
            rows.setdefault(title or words.say("all"), {})[row["group_code"]] = _value(row)
    unit = ", ".join(filter(None, (words.plain((outcome.get("param_type") or "").lower()), outcome.get("units"))))
    when = f" ({outcome['time_frame']})" if outcome.get("time_frame") else ""
    heading = f"{outcome['title']}{when}" + (f": {unit}" if unit else "")
    yield _table(heading, groups, rows) or Text(words.say("{heading}: no values posted.", heading=heading))
    analyses = [row for row in record.get("result_analyses", ()) if row["outcome"] == number]
    if told := [line for line in map(_analysis, analyses) if line]:
        yield Text("\n\n".join(told))


def _value(row: Row) -> str:
    value = row.get("value") or words.say("not given")
    if row.get("spread"):
        return f"{value} ± {row['spread']}"
    if row.get("lower_limit") or row.get("upper_limit"):
        return f"{value} ({_from_to(row.get('lower_limit'), row.get('upper_limit'))})"
    return value


def _analysis(row: Row) -> str:
    interval = ""
    if row.get("ci_lower_limit") or row.get("ci_upper_limit"):
        limits = _from_to(row.get("ci_lower_limit"), row.get("ci_upper_limit"))
        interval = words.say("{n} % confidence interval {limits}", n=row.get("ci_percent") or "", limits=limits).strip()
    kind = row.get("param_type") or words.say("estimate")
    estimate = f"{kind} {row['param_value']}" if row.get("param_value") else ""
    p_value = f"p {row['p_value']}" if row.get("p_value") else ""
    return ", ".join(filter(None, (row.get("method"), estimate, interval, p_value)))


def _from_to(least: str | None, most: str | None) -> str:
    return words.say("{least} to {most}", least=least or "?", most=most or "?")


def _harm(record: Row) -> Table | None:
    groups = _groups(record, "adverse_events")
    rows: dict[str, dict[str, str]] = {}
    for row in record.get("result_adverse_event_totals", ()):
        affected, at_risk = row.get("subjects_affected"), row.get("subjects_at_risk")
        if affected is not None:
            title = words.say(_HARM.get(row["kind"], words.capitalised(words.english(row["kind"]))))
            told = words.say("{n} of {number}", n=affected, number=at_risk) if at_risk else str(affected)
            rows.setdefault(title, {})[row["group_code"]] = told
    return _table("Harm", groups, rows)


def _table(heading: str, groups: dict[str, str], rows: dict[str, dict[str, str]]) -> Table | None:
    """Rows by title and group; None where there is nothing in it."""
    if not groups or not rows:
        return None
    lines = tuple((title, *(values.get(code, "") for code in groups)) for title, values in rows.items())
    return Table(("", *groups.values()), lines, heading)
