"""The acceptance scenarios of the house itself, by number: closures, classes, sanctions, groups; fixture F1, both databases."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.vocabulary import Purpose, ReservationKind, ReservationStatus
from hub.ports import Reservation
from hub.services import asking, closing, grouping, no_shows, sanctions, series
from hub.services.closing import Plan
from hub.services.grouping import GroupWish
from hub.services.series import SeriesWish
from tests.cast import ADC, NOW
from tests.hub.services.desk import HOUR, MINUTE, TICK, at, booked, by, codes, heard, mails, present
from tests.hub.services.f1 import F1
from tests.hub.services.floor import NODE, VAULT
from tests.hub.services.test_scenarios import asked, halves

DAY = timedelta(days=1)
BRUSSELS = ZoneInfo("Europe/Brussels")


def test_s27_a_closure_lists_four_bookings_and_takes_them_back_fairly(f1: F1) -> None:
    friday = at(10) + 3 * DAY
    names = ("amelie", "bram", "emma", "tom")
    slots = [
        booked(f1.store, f1.people.ids[name], friday + n * HOUR, friday + (n + 1) * HOUR)
        for n, name in enumerate(names)
    ]
    plan = Plan(ADC, None, at(0) + 3 * DAY, at(0) + 4 * DAY, "travaux")
    seen = f1.store.read(lambda tx: closing.preview(tx, by(tx, f1.people.dora), plan, NOW))
    assert [one.id for one in seen.cancelled] == [one.id for one in slots]
    done = f1.store.write(lambda tx: closing.close(tx, by(tx, f1.people.dora), plan, NOW))
    for slot in slots:
        assert present(f1.store, slot).status is ReservationStatus.CANCELLED_LAB
        assert halves(f1, slot.person, NOW) == 0
        (token,) = f1.store.read(lambda tx, who=slot.person: tx.rebookings.open_of(who, ADC, NOW))
        assert token.reservation == slot.id
        assert "reservation.cancelled_lab" in mails(f1.store, slot.person)
    langs = {f1.store.read(lambda tx, who=one.person: tx.people.get(who)).lang for one in slots}
    assert langs == {"fr", "nl", "en"}
    f1.store.write(lambda tx: closing.reopen(tx, by(tx, f1.people.dora), done.closure.id, NOW + HOUR))
    assert {present(f1.store, one).status for one in slots} == {ReservationStatus.CANCELLED_LAB}
    assert isinstance(asked(f1, f1.people.emma, friday, friday + HOUR, NOW + HOUR), Reservation)


def test_s28_the_thursday_class_is_at_five_before_and_after_the_clocks_went_back(f1: F1) -> None:
    first = datetime(2026, 10, 1, 17, tzinfo=BRUSSELS).astimezone(ZoneInfo("UTC"))
    now = first - 2 * DAY
    wish = SeriesWish(
        "LAS-1", f1.people.tom, "FREQ=WEEKLY;COUNT=8", first, first + 2 * HOUR, f1.people.dora,
        ReservationKind.CLASS, "menuiserie", override=True,
    )  # fmt: skip
    answer = f1.store.write(lambda tx: series.book(tx, wish, now))
    made = [one.reservation for one in answer.occurrences]
    assert all(made)
    walls = {(one.start.astimezone(BRUSSELS).hour, one.end.astimezone(BRUSSELS).hour) for one in made}
    assert walls == {(17, 19)}
    assert {one.start.hour for one in made} == {15, 16}  # before and after 25 October, in UTC


def test_s43_the_third_strike_in_sixty_days_ends_booking_ahead_for_a_week_and_no_walk_up(f1: F1) -> None:
    amelie = f1.people.amelie
    heard(f1.store, NOW - 9 * DAY)
    for n in range(3):
        start = at(10) + n * HOUR
        booked(f1.store, amelie, start, start + HOUR, now=NOW + n * MINUTE if n else NOW)
        f1.store.write(lambda tx, when=start + 15 * MINUTE: no_shows.release_due(tx, when, 9))
    struck = at(12, 15)
    standing = f1.store.read(lambda tx: sanctions.standing_of(tx, amelie, ADC, struck))
    assert (len(standing.strikes), standing.barred_until) == (3, struck + 7 * DAY)
    tomorrow = at(14) + DAY
    assert codes(asked(f1, amelie, tomorrow, tomorrow + HOUR, struck)) == {"MEMBER_SUSPENDED"}
    ask = f1.ask(f1.key("amelie"), Purpose.WALK_UP, at(16))
    assert f1.store.write(lambda tx: asking.answer(tx, NODE, ask, VAULT, at(16))).decision.allowed
    causes = [one.data["cause"] for one in f1.store.read(lambda tx: tx.strikes.of(amelie, ADC))]
    assert causes == ["no-show"] * 3
    first = standing.strikes[0]
    appealed = f1.store.write(lambda tx: sanctions.appeal(tx, first.id, by(tx, amelie), "the tram", struck))
    assert appealed.kind == "appealed"
    day_61 = first.at + 60 * DAY
    assert len(f1.store.read(lambda tx: sanctions.standing_of(tx, amelie, ADC, day_61 - TICK)).strikes) == 3
    assert len(f1.store.read(lambda tx: sanctions.standing_of(tx, amelie, ADC, day_61)).strikes) == 2


def test_s45_twelve_people_and_one_busy_laser_and_nothing_is_booked(f1: F1) -> None:
    start = at(13) + DAY  # Wednesday 13:00
    busy = booked(f1.store, f1.people.amelie, start + HOUR, start + 2 * HOUR, "LAS-2")
    tom = f1.people.tom
    wish = GroupWish(("LAS-1", "LAS-2"), tom, start, start + 2 * HOUR, 12, tom)
    refused = grouping.book(f1.store, wish, NOW)
    assert codes(refused) == {"OVERLAP"}
    assert [one.params["machine"] for one in refused.objections] == ["LAS-2"]
    taken = f1.store.read(lambda tx: tx.bookings.taken_in(ADC, NOW, NOW + 9 * DAY))
    assert [one.id for one in taken] == [busy.id]
    both = {(slot.start, slot.end) for slot in refused.alternatives}
    assert (len(both), {slot.machine for slot in refused.alternatives}) == (3, {"LAS-1", "LAS-2"})
    assert all(end <= busy.start or start >= busy.end for start, end in both)
