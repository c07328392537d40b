"""What can somebody do about a strike? Read why, say once that it is wrong, and read the answer (R53)."""

from datetime import timedelta

import pytest

from core.sanctions import Cause
from core.timeline import stamp
from hub.services import sanctions
from hub.services.letting_in import Scope
from tests.cast import NOW

HOUR = timedelta(hours=1)
DAYS_60 = timedelta(days=60)


@pytest.fixture
def struck(as_, store):
    slot = {"machine": "LAS-1", "start": stamp(NOW + HOUR), "end": stamp(NOW + 2 * HOUR)}
    made = as_("amelie").post("/reservations", slot).get_json()["id"]
    done = store.write(lambda tx: sanctions.strike(tx, tx.bookings.get(made), Cause.NO_SHOW, NOW))
    return done.strike


def test_a_member_reads_why_how_much_and_until_when(as_, struck):
    shown = as_("amelie").get("/me/strikes").get_json()
    (one,) = shown["items"]
    assert (one["id"], one["cause"], one["machine"], one["status"]) == (struck, "no-show", "LAS-1", "counts")
    assert (one["at"], one["until"], shown["halves"]) == (stamp(NOW), stamp(NOW + DAYS_60), 2)
    assert (shown["barred_until"], one["appeal"], one["answer"]) == (None, None, None)


def test_a_strike_counts_to_the_last_moment_of_its_sixty_days(as_, struck, clock, store, cast):
    for at, status in (
        (NOW + DAYS_60 - timedelta(milliseconds=1), "counts"),
        (NOW + DAYS_60, "decayed"),
    ):
        clock.at = at
        assert as_("amelie").get(f"/strikes/{struck}").get_json()["status"] == status


def test_an_appeal_is_said_once_and_answered_with_a_reason(as_, struck):
    amelie, dora = as_("amelie"), as_("dora", Scope.STAFF)
    assert dora.post(f"/strikes/{struck}/uphold", {"reason": "x"}).status_code == 412
    said = amelie.post(f"/strikes/{struck}/appeal", {"reason": "I was there"})
    assert (said.status_code, said.get_json()["appeal"]["reason"]) == (200, "I was there")
    assert amelie.post(f"/strikes/{struck}/appeal", {"reason": "again"}).status_code == 412
    answered = dora.post(f"/strikes/{struck}/withdraw", {"reason": "the reader was broken"})
    assert answered.get_json()["answer"]["reason"] == "the reader was broken"
    assert amelie.get("/me/strikes").get_json()["items"][0]["status"] == "withdrawn"
    assert amelie.get("/me/strikes").get_json()["halves"] == 0


@pytest.mark.parametrize("act", ["uphold", "withdraw"])
def test_nobody_but_staff_answers_and_nobody_answers_his_own(as_, struck, store, cast, act):
    path, why = f"/strikes/{struck}/{act}", {"reason": "because"}
    assert as_("amelie", Scope.CERTIFY).post(path, why).status_code == 403
    assert as_("tom", Scope.CERTIFY).post(path, why).status_code == 404
    assert as_("amelie").get("/me/strikes").get_json()["items"][0]["status"] == "counts"
    store.write(lambda tx: tx.people.give_role(cast.amelie, "adc", "staff"))
    assert as_("amelie", Scope.STAFF).post(path, why).status_code == 403


def test_staff_read_a_member_s_strikes_and_another_lab_s_do_not_see_them(as_, struck, cast):
    path = f"/strikes?member={cast.amelie}"
    assert [one["id"] for one in as_("dora", Scope.STAFF).get(path).get_json()["items"]] == [struck]
    assert as_("bram", Scope.CERTIFY).get(path).status_code == 403
    assert as_("bram").get(f"/strikes/{struck}").status_code == 404
    assert as_("dora", Scope.STAFF).get(f"/strikes?member={cast.olga}").status_code == 404


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": " "}, {"reason": "x" * 501}, {"reason": 7}])
def test_an_appeal_without_words_is_none(as_, struck, body):
    amelie = as_("amelie")
    assert amelie.post(f"/strikes/{struck}/appeal", body).status_code == 422
    assert amelie.get(f"/strikes/{struck}").get_json()["appeal"] is None
