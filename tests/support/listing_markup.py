"""One recruitment page in many kinds of markup: the same words in the same order, nothing else in common."""

from collections.abc import Callable
from html import escape

TITLE = "Sodium Thiosulfate Injected Into Ectopic Calcifications or Ossifications"
TAGS = ["parathyroid hormone", "computerized tomography", "progressive systemic sclerosis"]
DESCRIPTION = [
    "Calcium deposits in soft tissue hurt and limit what people can do, and no medicine is known to dissolve them.",
    "This open phase II study injects the medicine into one deposit and watches for twelve months what becomes of it.",
]
TOP = [("End date", "Mar 18, 2023"), ("participants needed", ""), ("sponsor", "University Hospital, Limoges")]
FACTS = [
    ("Condition", "Systemic Sclerosis, Dermatomyositis, iPPSD2"),
    ("Treatment", "STS, STS"),
    ("Clinical Study Identifier", "NCT03582800"),
    ("Sponsor", "University Hospital, Limoges"),
    ("Last Modified on", "18 January 2022"),
]
INCLUSION = [
    "Bone or calcium outside the skeleton that comes with",
    "iPPSD2 or",
    "dermatomyositis or",
    "systemic sclerosis",
    "Age: two years or more",
    "Treatment approved by a board",
]
EXCLUSION = ["Allergy to thiosulfate", "Condition that makes an injection unsafe", "Blood thinners"]

Pairs = list[tuple[str, str]]


def block(markup: str, text: str) -> str:
    """Text in the element that stands for "{}" in the markup."""
    return markup.replace("{}", escape(text))


def page(
    title: str, pairs: Callable[[Pairs], str], heading: str, paragraph: str, tag: str, item: str, updated: str
) -> str:
    """The page from pieces of markup, its footer and a script included."""
    return "\n".join(
        (
            f"<!DOCTYPE html><html><head><title>{escape(TITLE)} | Some Site</title>",
            "<script>var sponsor = 'Sponsor: nobody';</script></head><body>",
            "<nav><a href='/'>All clinical trials here</a></nav>",
            block(title, TITLE),
            pairs(TOP),
            block(updated, "18 January 2022"),
            *(block(tag, name) for name in TAGS),
            *(block(paragraph, text) for text in DESCRIPTION),
            pairs(FACTS),
            block(paragraph, "Yes No Not Sure"),
            block(heading, "Inclusion Criteria"),
            *(block(item, text) for text in INCLUSION),
            block(heading, "Exclusion Criteria"),
            *(block(item, text) for text in EXCLUSION),
            block("<div>{}</div>", "Clear my responses"),
            block(heading, "How to participate?"),
            block(paragraph, "Connect with a study center and expect a call from the study team in the next few days."),
            block("<footer>{}</footer>", "Similar trials: NCT01918904"),
            "</body></html>",
        )
    )


def definition_lists(pairs: Pairs) -> str:
    return "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in pairs) + "</dl>"


def rows(pairs: Pairs) -> str:
    return (
        "<table>"
        + "".join(f"<tr><td>{escape(name)}:</td><td>{escape(text)}</td></tr>" for name, text in pairs)
        + "</table>"
    )


def columns(pairs: Pairs) -> str:
    names = "".join(f"<th>{escape(name)}</th>" for name, _ in pairs)
    texts = "".join(f"<td><p>{escape(text)}</p></td>" for _, text in pairs)
    return f"<table><thead><tr>{names}</tr></thead><tbody><tr>{texts}</tr></tbody></table>"


def headings(pairs: Pairs) -> str:
    return "".join(f"<h4>{escape(name)}</h4>" + (f"<p>{escape(text)}</p>" if text else "") for name, text in pairs)


def stacked(pairs: Pairs) -> str:
    return "".join(f"<div class='x7'><div>{escape(name)}</div><div>{escape(text)}</div></div>" for name, text in pairs)


def side_by_side(pairs: Pairs) -> str:
    return "".join(f"<section><span>{escape(name)}</span><span>{escape(text)}</span></section>" for name, text in pairs)


def bullets(pairs: Pairs) -> str:
    return "<ul>" + "".join(f"<li>{escape(name)}<br>{escape(text)}</li>" for name, text in pairs) + "</ul>"


def colons(pairs: Pairs) -> str:
    return "".join(f"<p><strong>{escape(name)}:</strong> {escape(text)}</p>" for name, text in pairs)


def run_on(pairs: Pairs) -> str:
    return "".join(
        f"<div>{escape(name)}</div>\n<div>{escape(text)}</div>"
        if name.islower() or name == "End date"
        else f"<div>{escape(name + text)}</div>"
        for name, text in pairs
    )


def plain_columns(pairs: Pairs) -> str:
    return columns(pairs).replace("th>", "td>").replace("<thead>", "").replace("</thead><tbody>", "")


def values_first(pairs: Pairs) -> str:
    return "".join(f"<div><span>{escape(text)}</span><div>{escape(name)}</div></div>" for name, text in pairs)


def labels_behind(pairs: Pairs) -> str:
    cells = "".join(f"<tr><td>{escape(text)}</td><th>{escape(name)}</th></tr>" for name, text in pairs)
    return f"<table>{cells}</table>"


def heard(pairs: Pairs) -> str:
    return "".join(f'<div role="group" aria-label="{name}"><p>{escape(text)}</p></div>' for name, text in pairs)


def folded(pairs: Pairs) -> str:
    cells = "".join(f'<td data-label="{name}">{escape(text)}</td>' for name, text in pairs)
    return f"<table><tr>{cells}</tr></table>"


def dashes(pairs: Pairs) -> str:
    return "".join(f"<p><b>{escape(name)}</b> – {escape(text)}</p>" for name, text in pairs)


def wide_colons(pairs: Pairs) -> str:
    return "".join(f"<p>{escape(name)}：{escape(text)}</p>" for name, text in pairs)


def broken_words(pairs: Pairs) -> str:
    return definition_lists(pairs).replace("i", "&shy;i").replace("e", "e&#8203;")


QUESTION = "<table><tr><td>{}</td><td>Yes</td><td>No</td><td>Not sure</td></tr></table>"
ANSWERED = "<div>{} <button>Yes</button><button>No</button><button>Not sure</button></div>"
P, DIV, LI, H1 = "<p>{}</p>", "<div>{}</div>", "<ul><li>{}</li></ul>", "<h1>{}</h1>"
ON = "<p>Updated on {}</p>"
MARKUPS = {
    "definition lists": page(H1, definition_lists, "<h2>{}</h2>", P, "<a rel='tag'>{}</a><br>", LI, ON),
    "rows": page(H1, rows, "<h3>{}</h3>", P, DIV, "<ol><li><p>{}</p></li></ol>", "<i>Updated on {}</i>"),
    "columns": page("<h1><b>{}</b></h1>", columns, "<h3>{}:</h3>", P, LI, P, "<p>Updated on: {}</p>"),
    "headings": page(H1, headings, "<h4>{}</h4>", P, P, P, "<h4>Updated on</h4><p>{}</p>"),
    "stacked blocks": page(DIV, stacked, DIV, DIV, DIV, DIV, "<div>Updated on</div><div>{}</div>"),
    "side by side": page(DIV, side_by_side, "<b>{}</b><br>", DIV, DIV, LI, "<p>Updated on <time>{}</time></p>"),
    "bullets": page(H1, bullets, "<button>{}</button>", P, "<span>{}</span><br/>", LI, ON),
    "colons": page("<h2>{}</h2>", colons, "<p><b>{}</b></p>", P, P, P, "<p><b>Updated on:</b> {}</p>"),
    "a site's own heading": page(
        "<header><h1>Some Site</h1></header><h2>{}</h2>", rows, "<h3>{}</h3>", P, "<a>{}</a>", ANSWERED, ON
    ),
    "tables of one column": page(
        H1, rows, "<table><tr><th>{}</th></tr></table>", P, "<span>{}</span>", "<table><tr><td>{}</td></tr></table>", ON
    ),
    "questions": page(H1, definition_lists, "<h3>{}</h3>", P, "<em>{}</em>,", QUESTION, ON),
    "run on": page(DIV, run_on, DIV, DIV, DIV, DIV, "<div>Updated on {}</div>"),
    "columns without headings": page(H1, plain_columns, "<h3>{}</h3>", P, LI, P, ON),
    "values first": page(H1, values_first, "<h3>{}</h3>", P, LI, P, ON),
    "labels behind": page(H1, labels_behind, "<h3>{}</h3>", P, LI, LI, ON),
    "labels for screen readers": page(H1, heard, "<section aria-label='{}'></section>", P, LI, LI, ON),
    "labels of folded tables": page(H1, folded, "<h3>{}</h3>", P, LI, LI, ON),
    "dashes": page(H1, dashes, "<p><b>{}</b></p>", P, P, P, "<p><b>Updated on</b> – {}</p>"),
    "wide colons": page(H1, wide_colons, "<p>{}：</p>", P, P, P, "<p>Updated on：{}</p>"),
    "broken words": page(H1, broken_words, "<h3>{}</h3>", P, LI, LI, ON),
}
