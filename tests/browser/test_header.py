"""The header keeps its rows at every width: one, or the ways on a second one; never three, and nothing to scroll sideways."""

import pytest

from hub.ports import Report, Severity
from tests.cast import ADC, NOW

WIDTHS = (640, 801, 1000, 1101, 1120, 1180, 1240, 1241, 1300, 1400, 1401)
ROWS = """() => {
  const tops = [...document.querySelectorAll('.nav > a')].map(a => Math.round(a.getBoundingClientRect().top));
  const tools = document.querySelector('.tools').getBoundingClientRect().top;
  const brand = document.querySelector('.brand').getBoundingClientRect().top;
  return [new Set(tops).size, Math.abs(tools - brand) < 30, document.documentElement.scrollWidth];
}"""


@pytest.mark.parametrize("lang", ["fr", "nl", "en"])
def test_a_manager_with_a_report_that_waits_finds_all_her_ways_in_one_row_at_every_width(
    opens, store, cast, lang
):
    report = Report("report-1", ADC, "LAS-1", cast.bram, Severity.NOTICE, "the belt is loose", NOW)
    store.write(lambda tx: tx.reports.save(report))
    page = opens("/staff", "max", lang=lang)
    assert page.locator(".waits").inner_text().split()[0] == "1"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 700})
        rows, beside, wide = page.evaluate(ROWS)
        assert (width, rows, beside, wide <= width) == (width, 1, True, True)
