"""A briefing's page in a real browser: one sheet, nothing fetched, no violation."""

import io

import pypdf
import pytest

from geosafety.publish.briefing_page import briefing_html
from tests.publish.test_briefing import a_briefing

pytestmark = pytest.mark.browser


def test_the_page_prints_on_one_sheet_and_axe_finds_no_violation(watch, tmp_path):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    opened = watch(width=1000, height=1200)
    file = tmp_path / "briefing.html"
    file.write_text(briefing_html(a_briefing()), encoding="utf-8")
    opened.page.goto(file.as_uri())
    assert opened.requests == [file.as_uri()]
    printed = opened.page.pdf(prefer_css_page_size=True)
    assert len(pypdf.PdfReader(io.BytesIO(printed)).pages) == 1
    assert opened.page.locator("img").count() == 0
    found = axe.Axe().run(opened.page)
    assert [v["id"] for v in found.response["violations"]] == []
    assert opened.complaints == []
