"""Whole journeys in a real browser: what a clinician does from the first word typed to the sheet in the chart."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.page.conftest import HOSTILE, HOSTILE_TITLE, Served

ANCHOR = "NCT03582800"
SERIOUS = ("serious", "critical")
PAGES = (
    "/", "/conditions?letter=C", "/countries", "/countries/United%20States", "/sponsors", "/watches",
    f"/trials/{ANCHOR}", f"/trials/{HOSTILE}", "/nowhere", "/notes/none",
)  # fmt: skip


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    context = browser.new_context(base_url=served.url, locale="en-GB")
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
    yield opened
    context.close()
    assert faults == []


def search(page: Page, diagnosis: str, **fields: str) -> None:
    page.goto("/")
    page.get_by_label("Diagnosis").fill(diagnosis)
    page.get_by_label("Diagnosis").blur()  # as a click elsewhere does; what is suggested would lie over the button
    for name, value in fields.items():
        page.get_by_label(name.capitalize(), exact=True).fill(value)
    page.get_by_label("Status", exact=True).select_option("all")
    page.get_by_role("button", name="Find trials").click()


def no_serious_finding(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    serious = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found if one["impact"] in SERIOUS]
    assert serious == []


def test_from_a_search_over_the_checklist_to_the_sheet(page: Page) -> None:
    search(page, "systemic sclerosis with calcinosis", age="45")
    expect(page.get_by_role("heading", level=1)).to_contain_text("worth a look")
    assert "sclerosis" not in page.url
    no_serious_finding(page)
    page.get_by_role("button", name=f"Check the criteria for this patient ({ANCHOR})").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sodium Thiosulfate")
    expect(page.locator("#verdict")).to_contain_text("Not known yet")
    no_serious_finding(page)
    first = page.locator("#checklist fieldset").first
    first.get_by_label("No", exact=True).check()
    expect(page.locator("#verdict")).to_contain_text("Excluded")  # without a click on Check
    first.get_by_label("Yes").check()
    expect(page.locator("#verdict")).to_contain_text("Not known yet")
    page.get_by_role("button", name="Print with the answers").click()
    sheet = page.locator("article.sheet")
    expect(sheet).to_contain_text("Limoges")
    expect(sheet.get_by_role("row").filter(has_text="1.").first).to_contain_text("Yes")
    no_serious_finding(page)
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()


def test_clear_takes_back_every_answer(page: Page) -> None:
    page.goto(f"/trials/{ANCHOR}")
    for field in page.locator("#checklist fieldset").all()[:3]:
        field.get_by_label("Not sure").check()
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#checklist :checked[type=radio]")).to_have_count(3)
    page.get_by_role("button", name="Clear my answers").click()
    expect(page.locator("#checklist :checked[type=radio]")).to_have_count(0)


def test_a_name_is_chosen_while_typing_by_the_keyboard(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Diagnosis").press_sequentially("dermatomyo")
    option = page.get_by_role("option", name="Dermatomyositis", exact=True)
    expect(option).to_be_visible()
    no_serious_finding(page)
    while option.get_attribute("aria-selected") != "true":
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Diagnosis")).to_have_value("Dermatomyositis")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("stud")


def test_a_note_stays_in_the_browser_and_is_shared_by_a_passcode(page: Page, browser: Browser, served: Served) -> None:
    page.goto(f"/trials/{ANCHOR}")
    page.locator("#record p").first.select_text()
    expect(page.get_by_label("Passage")).not_to_have_value("")
    page.get_by_label("Note", exact=True).fill("Ask Limoges about the dose.")
    page.get_by_role("button", name="Add a private note").click()
    page.reload()
    expect(page.locator("#note-list")).to_contain_text("Ask Limoges about the dose.")
    page.get_by_role("button", name="Share the notes").click()
    expect(page.locator("#new-passcode")).to_be_visible(timeout=30_000)
    passcode = page.locator("#new-passcode").inner_text()
    address = page.locator("#shared-links a").get_attribute("href")
    assert address is not None
    for file in served.data.rglob("*"):
        assert not file.is_file() or b"Limoges" not in file.read_bytes()

    other = browser.new_context(base_url=served.url, locale="en-GB").new_page()
    other.goto(address)
    no_serious_finding(other)
    other.get_by_label("Passcode").fill("wrong-wrong-wrong-wrong")
    other.get_by_role("button", name="Open").click()
    expect(other.get_by_role("alert")).to_contain_text("not the passcode", timeout=30_000)
    other.get_by_label("Passcode").fill(passcode)
    other.get_by_role("button", name="Open").click()
    expect(other.locator("#shared-notes")).to_contain_text("Ask Limoges about the dose.", timeout=30_000)

    page.get_by_role("button", name="Delete from the server").click()
    expect(page.locator("#shared-links li")).to_have_count(0)
    other.reload()
    expect(other.get_by_role("heading", level=1)).to_be_visible()
    expect(other.get_by_label("Passcode")).to_have_count(0)
    other.context.close()


def test_the_language_is_switched_and_an_answer_stays(page: Page) -> None:
    search(page, "calcinosis")
    page.get_by_role("button", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.get_by_label("Diagnostic")).to_have_value("calcinosis")
    expect(page.get_by_role("heading", name="Ce qui a été compris")).to_be_visible()
    page.goto("/countries")
    expect(page.get_by_role("link", name="États-Unis")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name="United States")).to_be_visible()


def test_it_works_without_javascript(browser: Browser, served: Served) -> None:
    context = browser.new_context(base_url=served.url, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    search(page, "calcinosis", age="45")
    page.get_by_label("Completed").check()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".study .status.completed").first).to_be_visible()
    expect(page.locator(".study .status.recruiting")).to_have_count(0)
    page.get_by_label(re.compile("^Choose .* for printing")).first.check()
    page.get_by_role("button", name="Print chosen trials").click()
    expect(page.locator("article.sheet")).to_have_count(1)
    page.goto(f"/trials/{ANCHOR}")
    page.locator("#checklist fieldset").first.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#verdict")).to_contain_text("Excluded")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible_and_fits(browser: Browser, served: Served, width: int, scheme: str) -> None:
    context = browser.new_context(
        base_url=served.url, viewport={"width": width, "height": 800}, locale="en-GB",
        color_scheme="dark" if scheme == "dark" else "light",
    )  # fmt: skip
    page = context.new_page()
    for path in PAGES:
        page.goto(path)
        no_serious_finding(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    search(page, "systemic sclerosis with calcinosis, no diabetes", age="45", country="France", town="Lyon")
    no_serious_finding(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_the_text_of_a_registry_runs_no_script(page: Page) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.goto(f"/trials/{HOSTILE}")
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE_TITLE)
    assert page.title() != "owned"
    search(page, "calcinosis")
    assert page.title() != "owned"
