import re

import pytest

from geosafety import results
from geosafety.errors import MethodError
from geosafety.publish import offline
from geosafety.publish.map_page import page_html
from geosafety.publish.maps import indicator_sheet
from geosafety.settings import indicator
from tests.fixtures_results import write_fixture_results


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_fixture_results(tmp_path_factory.mktemp("maps") / "results")


def draw(folder, name="feels_safe_home", *, geography="ward", period=None, group="all"):
    period = period or "consultation_2024"
    values = results.read_values(
        folder, geography=[geography, "force"], indicator=[name], group=[group]
    )
    return page_html(
        indicator_sheet(
            values,
            results.read_geometry(folder, geography),
            indicator=indicator(name),
            manifest=results.read_manifest(folder),
            geography=geography,
            period=period,
            overlays={"Impact areas": results.read_geometry(folder, "impact_area")},
        )
    )


@pytest.fixture(scope="module")
def html(folder):
    return draw(folder)


def test_nothing_in_the_file_is_fetched(html):
    tags = re.findall(r"<(?:script|link|img|iframe)\b[^>]*>", html)
    assert not [tag for tag in tags if "src=" in tag or "href=" in tag]
    assert "cdn.jsdelivr" not in html
    assert not re.search(r"url\((?!data:|#)[^)]*\)", html.split("<body>")[0])


def test_it_has_a_language_a_title_and_one_heading(html):
    assert '<html lang="en-GB">' in html
    assert "<title>Feel safe or very safe where they live, by ward" in html
    assert html.count("<h1>") == 1


def test_it_says_what_the_figures_and_the_areas_are(html):
    assert "Synthetic figures" in html
    assert "postcode-derived, approximate" in html
    assert "The Force: 62.0%" in html


def test_the_key_tells_every_kind_of_nothing_apart(html):
    key = html.split('class="key"')[1].split("</section>")[0]
    for text in ("none at all", "Few cases", "Hidden", "Incomplete", "No figure"):
        assert text in key
    assert "Impact areas" in key


def test_every_area_is_in_the_table_and_hidden_figures_are_not(html):
    table = html.split("<table><caption>")[1].split("</table>")[0]
    assert table.count("<tr>") == 17
    row = next(r for r in table.split("<tr>") if "Ward 16<" in r)
    assert re.sub(r"<[^>]+>", "|", row).replace("|", "") == (
        "Ward 16E05000015hidden: too few to show"
    )


def test_a_name_with_markup_stays_text(html):
    assert "<img" not in html
    assert "&lt;img src=x onerror=boom()&gt;" in html


def test_a_period_without_values_is_refused(folder):
    with pytest.raises(MethodError, match="no feels_safe_home values for ward"):
        draw(folder, period="1999")


def test_values_of_several_groups_are_refused(folder):
    values = results.read_values(folder, geography=["ward"], indicator=["crime_rate"])
    with pytest.raises(MethodError, match="several groups"):
        page_html(
            indicator_sheet(
                values,
                results.read_geometry(folder, "ward"),
                indicator=indicator("crime_rate"),
                manifest=results.read_manifest(folder),
                geography="ward",
                period="2023-04/2024-03",
            )
        )


def test_a_group_is_named_in_the_title(folder):
    html = draw(
        folder, "crime_rate", period="2023-04/2024-03", group="category=Burglary"
    )
    assert "(Category: Burglary)" in html.split("</title>")[0]


def test_an_asset_that_is_not_bundled_is_an_error():
    with pytest.raises(MethodError, match="awesome_markers"):
        offline.inline("awesome_markers")


def test_a_script_cannot_end_its_own_element():
    assert "</script" not in offline.safe_script("x = '</script><b>'")
