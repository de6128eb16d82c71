"""The real pages in a real browser."""

import time
import urllib.request

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def wait_for(page, selector, text):
    page.locator(selector, has_text=text).first.wait_for()


def test_a_click_on_the_map_shows_the_areas_numbers(watch):
    watched = watch()
    page = watched.open("/?g=ward&i=feels_safe_home")
    box = page.locator(".leaflet-map").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.6)
    page.locator(".card .big").wait_for()
    page.wait_for_url("**a=E0500**")
    assert watched.complaints == []


def test_the_list_chooses_by_keyboard_and_the_link_shows_the_same_view(watch):
    page = watch().open("/?g=npu&i=crime_rate")
    first = page.locator(".ranked button.link").first
    name = first.inner_text()
    first.focus()
    page.keyboard.press("Enter")
    wait_for(page, ".card h2", name)
    page.wait_for_url("**a=N0**")
    again = watch().open(page.url.split("/", 3)[3].join(["/", ""]))
    assert again.locator(".card h2").inner_text() == name
    assert again.locator(".sentence").inner_text().startswith(name)


def test_another_figure_recolours_the_map_and_the_back_button_returns(watch):
    watched = watch()
    page = watched.open("/")
    page.select_option("#pick-i", "crime_rate")
    wait_for(page, "#heading h1", "Recorded crimes")
    page.wait_for_url("**i=crime_rate**")
    page.select_option("#pick-g", "ward")
    wait_for(page, "#heading h1", "by ward")
    page.wait_for_url("**g=ward**")
    page.go_back()
    wait_for(page, "#heading h1", "by neighbourhood policing unit")
    assert watched.complaints == []


def test_a_figure_chosen_while_polygons_load_is_the_one_that_is_drawn(watch):
    page = watch().open("/")
    page.select_option("#pick-g", "lsoa")
    page.select_option("#pick-i", "feels_safe_home")
    wait_for(page, "#heading h1", "Feel safe")
    page.wait_for_timeout(800)
    box = page.locator(".leaflet-map").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.6)
    page.locator(".leaflet-tooltip").wait_for()
    assert "%" in page.locator(".leaflet-tooltip").inner_text()


def colour_at(page, x, y):
    """Read the map's own canvas: its areas are not elements."""
    box = page.locator(".leaflet-map").bounding_box()
    page.mouse.move(5, 5)
    code = """([x, y]) => {
      const r = [...document.querySelectorAll('.leaflet-overlay-pane canvas')][0];
      const b = r.getBoundingClientRect(), k = r.width / b.width;
      return [...r.getContext('2d').getImageData((x - b.x) * k, (y - b.y) * k, 1, 1)
        .data].slice(0, 3); }"""
    return page.evaluate(code, [box["x"] + box["width"] * x, box["y"] + y])


def test_clusters_colour_the_map_and_stand_in_the_url(watch):
    watched = watch()
    page = watched.open("/?g=ward&i=crime_rate")
    geometry = [url for url in watched.requests if "/geo/" in url]
    assert page.locator("#pick-p").is_enabled()
    chosen = page.evaluate("document.getElementById('pick-v').selectedOptions[0].text")
    assert chosen == "Value"
    page.select_option("#pick-v", "clusters")
    wait_for(page, ".sentence", "3 of 16 wards are hot")
    page.wait_for_url("**v=clusters**")
    expect(page.locator("#pick-p")).to_be_disabled()
    expect(page.locator("#order-field")).to_be_hidden()
    page.wait_for_timeout(300)
    map_ = page.locator(".leaflet-map").bounding_box()
    # The first square, in the south-west, is hot and stable.
    assert colour_at(page, 0.27, map_["height"] * 0.9) == [0x96, 0x38, 0x06]
    # No polygon is fetched twice.
    assert [url for url in watched.requests if "/geo/" in url] == geometry
    page.select_option("#pick-v", "emerging")
    wait_for(page, ".sentence", "hot in December 2023")
    page.select_option("#pick-v", label="Value")
    wait_for(page, "#heading h1", "Recorded crimes")
    page.select_option("#pick-v", "clusters")
    wait_for(page, ".sentence", "3 of 16 wards are hot")
    page.select_option("#pick-g", "npu")
    wait_for(page, ".notice", "Not tested: 4 are too few.")
    expect(page.locator("#pick-p")).to_be_enabled()
    page.select_option("#pick-i", "wmnow_change")
    wait_for(page, "#heading h1", "WMNow")
    expect(page.locator("#looks")).to_be_hidden()
    # The address follows the page by a moment.
    page.wait_for_url(lambda url: "v=" not in url)
    assert watched.complaints == []


def test_a_cluster_is_chosen_in_the_list_by_keyboard_and_says_how_firm_it_is(watch):
    watched = watch()
    page = watched.open("/?g=ward&i=crime_rate&v=clusters")
    button = page.locator(".ranked button.link", has_text="Ward 3").first
    button.focus()
    page.keyboard.press("Enter")
    wait_for(page, ".card h2", "Ward 3")
    assert page.locator(".card .big").inner_text() == "Hot, fragile"
    page.wait_for_url("**a=E05000002&v=clusters")
    page.locator("summary", has_text="What is this?").focus()
    page.keyboard.press("Enter")
    assert "false discovery rate" in page.locator("#about details").inner_text()
    assert watched.complaints == []


def test_a_tooltip_over_a_cluster_says_its_label(watch):
    page = watch().open("/?g=ward&i=crime_rate&v=clusters")
    box = page.locator(".leaflet-map").bounding_box()
    # The second square is fragile, which is not the same as few cases.
    page.mouse.move(box["x"] + box["width"] * 0.43, box["y"] + box["height"] * 0.9)
    page.locator(".leaflet-tooltip").wait_for()
    text = page.locator(".leaflet-tooltip").inner_text()
    assert text.splitlines()[1:] == ["Hot, fragile"]


def test_arrow_keys_walk_the_list_and_the_map_follows(watch):
    watched = watch()
    page = watched.open("/?g=npu&i=crime_rate")
    names = page.locator("#ranking button").all_inner_texts()
    page.locator("#ranking button").first.focus()
    for step, name in ((1, names[1]), (2, names[2])):
        page.keyboard.press("ArrowDown")
        wait_for(page, ".card h2", name)
        held = "document.activeElement.textContent"
        page.wait_for_timeout(150)
        assert page.evaluate(held) == names[step]
    page.keyboard.press("ArrowUp")
    wait_for(page, ".card h2", names[1])
    assert watched.complaints == []


def test_time_is_stepped_through_and_the_link_keeps_it(watch):
    watched = watch()
    page = watched.open("/?g=npu&i=wmnow_rate&p=2022-03&o=ward")
    page.click("#step-back")
    wait_for(page, "#step-says", "1 of 2: September 2021")
    page.wait_for_url("**p=2021-09**")
    page.fill("#step", "2")
    page.keyboard.press("Enter")
    wait_for(page, "#step-says", "2 of 2: March 2022")
    page.wait_for_url("**p=2022-03**o=ward")
    page.check("label:has-text('LSOAs')")
    page.wait_for_url("**o=ward%2Clsoa")
    wait_for(page, "#key", "LSOAs")
    assert watched.complaints == []


def test_a_postcode_flies_to_its_area(watch, demo_site):
    watched = watch(site=demo_site)
    page = watched.open("/?g=ward&i=crime_rate&v=force&o=venues")
    page.fill("#find", "b1 1bb")
    page.keyboard.press("Enter")
    wait_for(page, ".card h2", "Ladywood")
    assert "which may cross a border" in page.inner_text("#find-says")
    assert page.locator(".way a").all_inner_texts() == ["Force", "Birmingham West"]
    assert page.locator(".venue").count() > 10
    assert watched.complaints == []


def test_a_name_with_markup_stays_text_everywhere(watch):
    watched = watch()
    page = watched.open("/?g=ward&i=wmnow_rate&a=E05000000")
    box = page.locator(".leaflet-map").bounding_box()
    # The first square is the south-west corner of the Force.
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.9)
    page.locator(".leaflet-tooltip").wait_for()
    assert "<img" in page.locator(".leaflet-tooltip").inner_text()
    assert page.locator("img").count() == 0
    assert watched.complaints == []


def test_the_search_box_offers_every_name_of_the_layer(watch):
    page = watch().open("/?g=ward&i=wmnow_rate")
    page.wait_for_selector("#area-names option", state="attached")
    assert page.locator("#area-names option").count() == 16
    page.fill("#find", "ward 7")
    page.keyboard.press("Enter")
    wait_for(page, ".card h2", "Ward 7")


def test_a_page_of_many_areas_stays_small_in_components(watch):
    page = watch().open("/?g=lsoa&i=crime_rate")
    assert (
        page.evaluate("document.querySelectorAll('#react-entry-point *').length") < 900
    )


def test_the_skip_link_is_first_and_leads_to_the_content(watch):
    page = watch().open("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_every_control_has_a_visible_focus(watch):
    page = watch().open("/?a=N0001")
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            "(() => { const e = document.activeElement;"
            " return [e === document.body ? '' : e.id || e.textContent.slice(0, 20),"
            " getComputedStyle(e).outlineStyle]; })()"
        )
        if not name:
            break
        seen.add(name)
        assert outline != "none", name
    assert {"pick-g", "pick-i", "pick-p", "pick-grp", "find"} <= seen


def test_targets_are_large_enough_to_hit(watch):
    page = watch(width=390, height=844).open("/?g=npu&a=N0001")
    small = page.evaluate(
        "[...document.querySelectorAll('button, select, input')]"
        ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 19)"
        ".map(e => e.outerHTML.slice(0, 80))"
    )
    assert small == []


def test_at_1440_the_map_is_the_larger_part_of_the_window(watch):
    page = watch().open("/")
    box = page.locator(".leaflet-map").bounding_box()
    assert box["width"] > 1440 / 2
    assert box["width"] * box["height"] > 0.45 * 1440 * 860
    assert box["y"] + box["height"] <= 860


def test_on_a_phone_the_sentence_comes_before_the_map(watch):
    page = watch(width=390, height=844).open("/")
    sentence = page.locator(".sentence").bounding_box()
    assert sentence["y"] < page.locator(".leaflet-map").bounding_box()["y"]


def test_a_cold_map_page_keeps_its_budget(watch):
    watched = watch()
    watched.open("/?g=npu")
    sizes = {
        url: packed_size(url)
        for url in set(watched.requests)
        if "_dash-update" not in url
    }
    scripts = sum(
        size for url, size in sizes.items() if ".js" in url and "/geo/" not in url
    )
    assert sum(sizes.values()) < 900_000
    assert scripts < 450_000


def packed_size(url):
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        body = answer.read()
        packed = answer.headers.get("Content-Encoding") == "gzip"
    assert packed or len(body) < 1000, f"{url} is sent unpacked"
    return len(body)


def switched(page, value="feels_safe_home"):
    page.locator("#pick-i").select_option(value)


def test_a_slow_answer_is_seen_to_be_on_its_way(watch):
    page = watch().open("/?g=ward&i=crime_rate")
    faint = "() => +getComputedStyle(document.getElementById('heading')).opacity"
    page.route("**/_dash-update-component*", lambda r: (time.sleep(1.2), r.continue_()))
    assert page.evaluate(faint) == 1
    switched(page)
    page.wait_for_timeout(900)
    assert page.evaluate(faint) < 0.8
    expect(page.locator("#heading h1")).to_contain_text("Feel safe")
    page.wait_for_timeout(100)
    assert page.evaluate(faint) == 1


@pytest.mark.parametrize("broken", ["gone", "busy"])
def test_a_server_that_does_not_answer_is_said_so(watch, broken):
    page = watch().open("/?g=ward&i=crime_rate")
    asked = "**/_dash-update-component*"
    if broken == "gone":
        page.route(asked, lambda route: route.abort())
    else:
        page.route(asked, lambda route: route.fulfill(status=503, body="wait"))
    switched(page)
    expect(page.locator("#notice")).to_contain_text("The server does not answer")
    expect(page.locator("#notice a")).to_have_text("Try again")
    page.unroute(asked)
    page.locator("#notice a").click()
    page.wait_for_selector("main h1")
    expect(page.locator("#notice")).to_be_empty()
