"""Staff write down on what terms somebody is a member; two desks do not undo one another, and rubbish is refused."""

import re
from datetime import UTC, date, datetime

import pytest

from core.vocabulary import MemberStatus


def person(store, key):
    return store.read(lambda tx: tx.people.get(key))


def opened(browser, key):
    """The form as it stands: its fields and what they were made of."""
    page = browser.get(f"/staff/members?member={key}").text
    return dict(re.findall(r'type="hidden" name="(was\.\w+)" value="([^"]*)"', page))


def sent(browser, key, was, **typed):
    fields = {name.removeprefix("was."): value for name, value in was.items()} | was | typed
    return browser.post(f"/staff/members/{key}", fields, form=f"/staff/members?member={key}")


def test_neither_members_nor_trainers_have_a_door_there(browser, cast):
    for name in ("bram", "tom"):
        assert browser(name).get(f"/staff/members?member={cast.amelie}").status_code == 403
    assert browser().get("/staff/members").status_code == 303


def test_dora_writes_down_a_household_an_end_and_a_guardians_consent(browser, store, cast):
    dora = browser("dora")
    typed = {
        "household": "Dubois",
        "member_until": "2027-06-30",
        "birth": "2010-05-01",
        "consent_until": "2027-01-31",
    }
    assert sent(dora, cast.bram, opened(dora, cast.bram), **typed).status_code == 303
    bram = person(store, cast.bram)
    assert (bram.household, bram.birth) == ("Dubois", date(2010, 5, 1))
    assert bram.member_until == datetime(2027, 6, 30, 22, tzinfo=UTC)
    assert bram.consent_until == datetime(2027, 1, 31, 23, tzinfo=UTC)
    assert opened(dora, cast.bram)["was.member_until"] == "2027-06-30"
    assert sent(dora, cast.bram, opened(dora, cast.bram), household="").status_code == 303
    assert person(store, cast.bram).household is None


def test_a_guest_for_a_day_has_a_host(browser, store, cast):
    dora = browser("dora")
    assert (
        sent(dora, cast.nils, opened(dora, cast.nils), pass_day="2026-11-24", host=cast.amelie).status_code
        == 303
    )
    assert (person(store, cast.nils).pass_day, person(store, cast.nils).host) == (
        date(2026, 11, 24),
        cast.amelie,
    )


def test_what_another_desk_saved_meanwhile_stays(browser, store, cast):
    dora, boss = browser("dora"), browser("max")
    old = opened(dora, cast.bram)
    sent(boss, cast.bram, opened(boss, cast.bram), status="suspended")
    assert sent(dora, cast.bram, old, household="Dubois").status_code == 303
    bram = person(store, cast.bram)
    assert (bram.status, bram.household) == (MemberStatus.SUSPENDED, "Dubois")


@pytest.mark.parametrize(
    "typed",
    [{"birth": "2030-01-01"}, {"birth": "0001-01-01"}, {"member_until": "9999-12-31"}, {"pass_day": "2026-11-23"},
     {"status": "archived"}, {"lang": "de"}, {"name": ""}, {"name": "x" * 201}, {"household": "x" * 41},
     {"host": "nobody"}, {"birth": "soon"}, {"organisation": "a\u202eb"}],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_and_nothing_is_written(browser, store, cast, typed):
    dora, before = browser("dora"), person(store, cast.bram)
    answer = sent(dora, cast.bram, opened(dora, cast.bram), **typed)
    assert answer.status_code == 422
    assert person(store, cast.bram) == before


def test_nobody_changes_his_own_terms_and_no_other_labs_member_is_there(browser, store, cast):
    dora = browser("dora")
    assert sent(dora, cast.dora, opened(dora, cast.dora), status="suspended").status_code == 422
    assert person(store, cast.dora).status is MemberStatus.ACTIVE
    assert dora.post(f"/staff/members/{cast.olga}", {"name": "X"}, form="/staff/members").status_code == 404
