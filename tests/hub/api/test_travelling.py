"""Is she told that there is no time for the way between two labs? A warning beside the booking, never a refusal (R16)."""

from datetime import timedelta

import pytest

from core.timeline import stamp
from core.vocabulary import ReservationStatus, Risk, Role
from hub.ports import NewReservation
from tests.cast import NOW, OTHER, machine

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
START = NOW + 4 * HOUR
SLOT = {"machine": "LAS-1", "start": stamp(START), "end": stamp(START + HOUR)}


@pytest.fixture
def elsewhere(store, cast):
    """Amélie is a member of the other lab too, and may have a slot there."""

    def set_up(tx):
        tx.machines.add_family(OTHER, "saw", {"en": "saw"}, Risk.LOW, {})
        tx.machines.add(machine("SAW-9", "saw", (), OTHER))
        tx.people.give_role(cast.amelie, OTHER, Role.MEMBER)

    store.write(set_up)

    def slot(start, end):
        def add(tx):
            seat = tx.machines.seats("SAW-9")[0].id
            return tx.bookings.add(NewReservation(OTHER, "SAW-9", seat, cast.amelie, start, end), NOW)

        return store.write(add)

    return slot


@pytest.mark.parametrize(("minutes", "warned"), [(0, True), (29, True), (30, False), (300, False)])
def test_less_than_half_an_hour_from_lab_to_lab_is_said_and_booked_all_the_same(
    as_, elsewhere, minutes, warned
):
    elsewhere(START - minutes * MINUTE - HOUR, START - minutes * MINUTE)
    made = as_("amelie").post("/reservations", SLOT)
    assert made.status_code == 201
    found = made.get_json().get("warnings", [])
    assert [(one["code"], one["params"]["minutes"]) for one in found] == [("TRAVEL", minutes)] * warned


def test_the_way_back_counts_too_and_the_sentence_names_lab_and_machine(as_, elsewhere):
    elsewhere(START + HOUR + 15 * MINUTE, START + 2 * HOUR)
    made = as_("amelie").post("/reservations", SLOT)
    (said,) = made.get_json()["warnings"]
    assert said["message"] == (
        "You also have SAW-9 at Lab other, 14:15\u201315:00: "
        "only 15\u00a0min lie between, and the way takes about 30\u00a0min."
    )
    again = as_("amelie").get(f"/reservations/{made.get_json()['id']}")
    assert again.get_json() == made.get_json()


def test_the_warned_booking_is_moved_by_its_tag_and_then_has_no_warning(as_, elsewhere):
    elsewhere(START - HOUR, START)
    amelie = as_("amelie")
    made = amelie.post("/reservations", SLOT)
    later = {"start": stamp(START + HOUR), "end": stamp(START + 2 * HOUR)}
    path = f"/reservations/{made.get_json()['id']}"
    moved = amelie.send("PATCH", path, later, If_Match=made.headers["ETag"])
    assert moved.status_code == 200
    assert "warnings" not in moved.get_json()


def test_what_was_given_back_there_asks_for_no_way(as_, elsewhere, store):
    other = elsewhere(START - HOUR, START)
    store.write(lambda tx: tx.bookings.set_status(other, ReservationStatus.CANCELLED, NOW))
    assert "warnings" not in as_("amelie").post("/reservations", SLOT).get_json()


def test_at_two_machines_at_the_same_time_in_two_labs_nobody_is(as_, elsewhere):
    elsewhere(START, START + HOUR)
    refused = as_("amelie").post("/reservations", SLOT)
    assert [one["code"] for one in refused.get_json()["objections"]] == ["CONCURRENT"]
