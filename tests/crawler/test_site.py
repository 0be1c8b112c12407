"""Which links of a page are of its own site, further pages of its list, and alike."""

import gzip

import pytest

from crawler.site import Frontier, Link, leads, shape_of, sitemap

LIST = "https://a.example/browse/?c=1"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/clinical-trials/listings/123/a-trial/", "/clinical-trials/listings/9/another-one"),
        ("/trial/NCT03582800", "/trial/NCT00000001/"),
        ("/trials/laser-for-calcinosis-cutis", "/trials/diet-in-gout"),
        ("/study?id=12", "/study?id=999"),
    ],
)
def test_addresses_of_the_same_kind_have_one_shape(one: str, other: str) -> None:
    assert shape_of(f"https://a.example{one}") == shape_of(f"https://a.example{other}") is not None


@pytest.mark.parametrize("path", ["/", "/about", "/about/contact", "/files/trial-123.pdf", "/browse?page=2"])
def test_other_addresses_have_none(path: str) -> None:
    assert shape_of(f"https://a.example{path}") is None


@pytest.mark.parametrize(
    "href",
    ["https://b.example/t/1", "https://a.example:8443/t/1", "//b.example/t/1", "javascript:t(1)", "http://[", ""],
)
def test_no_link_leaves_the_site(href: str) -> None:
    found = leads(LIST, f'<a href="{href}">T</a>', 0)
    assert [link.address for link in found.pages] in ([], [LIST])


def test_links_are_taken_as_the_page_means_them() -> None:
    page = (
        '<base href="/t/"><a href="1/one#top">1</a><a rel="nofollow" href="2/two">2</a>'
        '<a href="/browse/?c=1&amp;page=2">2</a><a href="/browse/?c=2&amp;page=2">other list</a>'
        '<a rel="next" href="/browse/onwards">next</a>'
    )
    found = leads(LIST, page, 0)
    assert [link.address for link in found.pages] == [
        "https://a.example/t/1/one",
        "https://a.example/browse/?c=2&page=2",
    ]
    assert found.paging == ("https://a.example/browse/?c=1&page=2", "https://a.example/browse/onwards")


def test_a_broken_sitemap_gives_what_is_whole_and_other_text_none() -> None:
    text = b"<urlset><url><loc>https://a.example/t/1/x</loc><lastmod>soon</lastmod></url><url><loc>https://a.exa"
    found = sitemap("https://a.example/sitemap.xml", gzip.compress(text), 0)
    assert found is not None
    assert found.pages[:1] == (Link("https://a.example/t/1/x", 1, None),)
    for other in (b"", b"\x1f\x8bnothing packed", b"<html><p>urlset</p></html>", b"<urlset"):
        assert not (sitemap("https://a.example/sitemap.xml", other, 0) or found._replace(pages=())).pages


def test_a_shape_that_shows_no_trial_is_given_up() -> None:
    site = Frontier(limit=10)
    site.add(Link(f"https://a.example/news/{number}/text", 1) for number in range(50))
    for _ in range(3):
        for _ in list(site.next()):
            site.ended("no trial in them")
    assert site.passed_over["no trial in them"] == 3


def test_a_site_of_ever_new_shapes_without_a_trial_ends() -> None:
    site = Frontier(limit=10)
    site.add(Link(f"https://a.example/{'x' * number}/1/text", 1) for number in range(1, 500))
    asked = 0
    while batch := list(site.next()):
        asked += len(batch)
        for _ in batch:
            site.ended("no trial in them")
    assert asked <= 33
