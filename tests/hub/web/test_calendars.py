"""Can a member make a calendar link on a page, read it without signing in, and take it back?"""

import html
import re
from urllib.parse import urlsplit

LINK = re.compile(r'value="(http[^"]+/calendar/[^"]+\.ics)"')


def test_a_link_made_on_the_page_opens_a_calendar_until_it_is_taken_back(browser, app):
    bram = browser("bram")
    page = bram.post("/mine/calendar", {"shows": "busy"}, form="/mine/calendar")
    path = urlsplit(html.unescape(LINK.search(page.text)[1])).path
    assert page.headers["Cache-Control"] == "no-store"
    stranger = app.test_client()
    assert stranger.get(path).mimetype == "text/calendar"
    again = bram.get("/mine/calendar")
    assert LINK.search(again.text) is None
    (revoke,) = re.findall(r'action="(/mine/calendar/[^"]+/revoke)"', again.text)
    assert bram.post(revoke, form="/mine/calendar").status_code == 303
    assert stranger.get(path).status_code == 404
    assert bram.post(revoke, form="/mine/calendar").status_code == 404
