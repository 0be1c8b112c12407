"""Pictures of rows, as SVG: readable in print and without colour, because shades and figures say what colours say."""

from collections.abc import Callable, Sequence
from typing import Any

import altair
import vl_convert

from calcitrials.report.figures import STATES

Rows = Sequence[dict[str, Any]]
WIDTH = 640
"""Width of a picture's plot in pixels; the page scales it."""
ROW = 20
"""Height of a row of bars in pixels."""
SHADES = ("#08306b", "#4a90c4", "#b8d4ea", "#f2f2f2")
"""Of the states, from dark to light, so that they differ on grey paper too."""
EDGE = "#333333"
FONT = "Liberation Sans, Arial, sans-serif"


def svg(form: str, rows: Rows) -> str:
    """Draw rows in one of the forms: bars, stacked bars, columns, timeline, heatmap."""
    chart = FORMS[form](rows).configure(font=FONT).configure_view(stroke=None)
    drawn: str = vl_convert.vegalite_to_svg(chart.to_json())
    return drawn[drawn.index("<svg") :]


def _data(rows: Rows) -> altair.InlineData:
    return altair.InlineData(values=list(rows))


def _item(order: Sequence[str] | None) -> altair.Y:
    axis = altair.Axis(title=None, labelLimit=320, labelFontSize=12, ticks=False, domain=False)
    return altair.Y("item:N", sort=list(order) if order is not None else None, axis=axis)


def _count(title: str = "studies") -> altair.X:
    return altair.X("studies:Q", axis=altair.Axis(title=title, format="d", tickMinStep=1))


def _state() -> altair.Color:
    scale = altair.Scale(domain=list(STATES), range=list(SHADES))
    legend = altair.Legend(title=None, orient="top", symbolStrokeColor=EDGE, symbolStrokeWidth=1)
    return altair.Color("state:N", scale=scale, sort=list(STATES), legend=legend)


def _ranked() -> altair.Order:
    return altair.Order("rank:Q")


def _with_rank(rows: Rows) -> list[dict[str, Any]]:
    return [{**row, "rank": STATES.index(row["state"])} for row in rows]


def _height(rows: Rows) -> int:
    return ROW * max(1, len({row["item"] for row in rows}))


def _bars(rows: Rows) -> Any:
    order = [row["item"] for row in rows]
    base = altair.Chart(_data(rows)).encode(y=_item(order), x=_count())
    bars = base.mark_bar(color=SHADES[1], stroke=EDGE, strokeWidth=0.5)
    figures = base.mark_text(align="left", dx=4, fontSize=11).encode(text="studies:Q")
    return (bars + figures).properties(width=WIDTH, height=_height(rows))


def _stacked(rows: Rows) -> Any:
    order = list(dict.fromkeys(row["item"] for row in rows))
    bars = (
        altair.Chart(_data(_with_rank(rows)))
        .mark_bar(stroke=EDGE, strokeWidth=0.5)
        .encode(y=_item(order), x=_count(), color=_state(), order=_ranked())
    )
    sums = [{"item": item, "studies": sum(row["studies"] for row in rows if row["item"] == item)} for item in order]
    figures = (
        altair.Chart(_data(sums))
        .mark_text(align="left", dx=4, fontSize=11)
        .encode(y=_item(order), x=_count(), text="studies:Q")
    )
    return (bars + figures).properties(width=WIDTH, height=_height(rows))


def _columns(rows: Rows) -> Any:
    stated = [row["item"] for row in rows]
    every = altair.Scale(domain=list(range(min(stated), max(stated) + 1)))  # a year without studies is a gap
    years = altair.X("item:O", scale=every, axis=altair.Axis(title=None, labelAngle=-90, labelOverlap=True))
    count = altair.Y("studies:Q", axis=altair.Axis(title="studies", format="d", tickMinStep=1))
    bars = (
        altair.Chart(_data(_with_rank(rows)))
        .mark_bar(stroke=EDGE, strokeWidth=0.5)
        .encode(x=years, y=count, color=_state(), order=_ranked())
    )
    return altair.layer(bars).properties(width=WIDTH, height=220)


def _timeline(rows: Rows) -> Any:
    order = [row["item"] for row in rows]
    time = altair.Axis(title=None, format="%Y", grid=True)
    base = altair.Chart(_data(rows)).encode(y=_item(order), color=_state())
    runs = base.mark_bar(height=11, stroke=EDGE, strokeWidth=0.5).encode(
        x=altair.X("first:T", axis=time), x2=altair.X2("last:T"), tooltip="title:N"
    )
    marks = (
        base.transform_filter("datum.is_half")
        .mark_point(shape="diamond", filled=True, size=70, stroke=EDGE, strokeWidth=0.5, opacity=1)
        .encode(x=altair.X("first:T", axis=time))
    )
    titles = (
        altair.Chart(_data(rows))
        .mark_text(align="left", dx=8, fontSize=10)
        .encode(y=_item(order), x=altair.X("last:T", axis=time), text="title:N")
    )
    return (runs + marks + titles).properties(width=WIDTH, height=_height(rows))


def _heatmap(rows: Rows) -> Any:
    fields = altair.X("field:N", axis=altair.Axis(title=None, orient="top", labelAngle=-30, labelFontSize=12))
    registries = altair.Y("registry:N", axis=altair.Axis(title=None, labelFontSize=12))
    scale = altair.Scale(domain=[0, 100], range=["#ffffff", SHADES[0]])
    base = altair.Chart(_data(rows)).encode(x=fields, y=registries)
    boxes = base.mark_rect(stroke="#bbbbbb").encode(color=altair.Color("percent:Q", scale=scale, legend=None))
    ink = altair.condition("datum.percent > 45", altair.value("white"), altair.value("black"))
    figures = base.mark_text(fontSize=12).encode(text=altair.Text("percent:Q", format=".0f"), color=ink)
    return (boxes + figures).properties(width=WIDTH, height=26 * len({row["registry"] for row in rows}))


FORMS: dict[str, Callable[[Rows], Any]] = {
    "bars": _bars,
    "stacked bars": _stacked,
    "columns": _columns,
    "timeline": _timeline,
    "heatmap": _heatmap,
}
