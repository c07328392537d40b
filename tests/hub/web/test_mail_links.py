"""What does a link in a mail do when a scanner, a preview or a finger opens it? It shows a page; only that page's button acts."""

import re
import sqlite3
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from core.timeline import stamp
from core.vocabulary import SessionKind
from hub.mail.composing import compose
from hub.ports import Parcel, Session
from hub.services import waiting_list
from hub.services.giving_back import cancel
from hub.services.inviting import Invitations
from hub.services.reserving import Wish, reserve
from hub.services.waiting_list import Want
from hub.words.letters import LETTERS, SILENT
from tests.cast import ADC, NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOUSE = "https://hub.example"
SLOT = {"machine": "LAS-2", "start": stamp(NOW + DAY), "end": stamp(NOW + DAY + HOUR)}


@pytest.fixture
def rows(tmp_path):
    """Everything that is in the database, row by row."""

    def read():
        with sqlite3.connect(tmp_path / "loquet.db") as db:
            tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {name: sorted(map(repr, db.execute(f'SELECT * FROM "{name}"'))) for name in tables}

    return read


@pytest.fixture
def letters(store, cast, settings):
    """One of each kind for Bram, about a booking of his and a time that was offered to him."""

    def lay_out(tx):
        hers = reserve(tx, Wish("LAS-1", cast.amelie, NOW + DAY, NOW + DAY + HOUR, cast.amelie), NOW)
        his = reserve(tx, Wish("LAS-2", cast.bram, NOW + 2 * DAY, NOW + 2 * DAY + HOUR, cast.bram), NOW)
        entry = waiting_list.join(tx, Want(ADC, cast.bram, "LAS-1", None, hers.start, hers.end, 60), NOW)
        cancel(tx, hers, tx.people.get(cast.amelie), NOW)
        assert tx.waiting.offer_of(entry.id) is not None
        beside = Session("beside", ADC, None, "LAS-2", cast.tom, cast.bram, None, SessionKind.USE, NOW)
        tx.sessions.save(beside)
        return his.id, entry.id

    booking, entry = store.write(lay_out)
    keys = Invitations(settings.session_secret())
    later = dict.fromkeys(("until", "last", "held", "expires"), stamp(NOW + 9 * DAY))
    params = later | {
        "session": "beside",
        "entry": entry,
        "machine": "LAS-2",
        "alternatives": [SLOT],
        "start": SLOT["start"],
        "end": SLOT["end"],
    }

    def of(template):
        payload = {"template": template, "reservation": booking, "params": params}
        parcel = Parcel(1, ADC, "mail", cast.bram, payload, NOW, NOW, 0)
        return store.read(lambda tx: compose(tx, parcel, HOUSE, NOW, keys.key_of))

    return of


def test_opening_what_a_mail_links_to_changes_nothing_for_whoever_opens_it(browser, letters, rows):
    readers = [browser(), browser("bram"), browser("max")]
    before = rows()
    for template in sorted(set(LETTERS) - SILENT):
        links = re.findall(rf"{HOUSE}(\S+)", letters(template).text)
        assert len(links) == 2, template  # the page of the occasion, and the other time that is free
        for link in links:
            shown = [reader.get(link).status_code for reader in readers]
            assert 200 in shown[1:], (template, link)
            assert set(shown) <= {200, 302, 303, 403, 404}
            for reader in readers:
                reader.client.head(link)
    assert rows() == before


def test_a_link_leads_nowhere_but_to_the_house(letters):
    for template in set(LETTERS) - SILENT:
        found = re.findall(r"\w+://\S+", letters(template).text)
        assert {urlsplit(link).netloc for link in found} == {"hub.example"}
