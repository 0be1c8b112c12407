"""Dates of a CTIS document: as stated, by the events of its countries, and of recruitment."""

from collections.abc import Iterator

from crawler.readers.ctis.document import Application, Document, MemberState, RecruitmentPeriod, TrialEvents
from db.dates import PartialDate, iso_partial_date, spoken_partial_date


def first_stated(*dates: PartialDate | None) -> PartialDate | None:
    """The first of these dates that is there."""
    return next((date for date in dates if date is not None), None)


def stated_date(text: str | None, kind: str | None = None) -> PartialDate | None:
    """A date of the document: 2024-04-24, 24/04/2024 or a time with up to nine fraction digits."""
    if not text or not text.strip():
        return None
    date = iso_partial_date(text, kind)
    return date if date.date else spoken_partial_date(text, kind)


def events(document: Document, kind: str) -> Iterator[tuple[str, str]]:
    """Country and date of the events of one kind."""
    for country in (document.events or TrialEvents()).trial_events or ():
        for event in country.events or ():
            if (event.notification_type or "").upper().replace(" ", "_") == kind:
                yield country.msc_name or "", event.date or ""


def event_date(document: Document, kind: str, first: bool) -> PartialDate | None:
    """First or last of the countries' dates of an event."""
    dates = [date for _, text in events(document, kind) if (date := stated_date(text, "actual")) and date.date]
    return (min if first else max)(dates, key=lambda date: str(date.date), default=None)


def _day(date: PartialDate) -> str:
    return str(date.date)


def recruitment(application: Application, edge: str) -> list[PartialDate]:
    """The starts or ends of recruitment in the countries, as far as they are stated."""
    periods = [period for two in application.parts_two or () if two.msc_info for period in _periods(two.msc_info)]
    stated = (getattr(period, f"recruitment_{edge}_date") for period in periods)
    return [date for text in stated if (date := stated_date(text)) and date.date]


def _periods(state: MemberState) -> list[RecruitmentPeriod]:
    return state.trial_recruitment_period or []


def start_of_recruitment(application: Application) -> PartialDate | None:
    """The first start of recruitment in any country."""
    return min(recruitment(application, "start"), key=_day, default=None)


def end_of_recruitment(application: Application) -> PartialDate | None:
    """The last end of recruitment, where it has an end in every country."""
    states = [two.msc_info or MemberState() for two in application.parts_two or ()]
    is_over = states and all(any(one.recruitment_end_date for one in _periods(state)[-1:]) for state in states)
    return max(recruitment(application, "end"), key=_day, default=None) if is_over else None
