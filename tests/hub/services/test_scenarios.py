"""The acceptance scenarios of booking, by number, as rules.md tells them: fixture F1, the services, both databases.

S03 (four processes at once) stands in tests/hub/store/test_four_processes.py, S27, S28, S43 and S45 in test_scenarios_house.py.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.sanctions import Cause
from core.timeline import stamp
from core.vocabulary import Purpose, ReservationKind, ReservationStatus
from core.wire.messages import Answer
from hub.ports import Reservation
from hub.services import (
    asking,
    coming_late,
    extending,
    finding,
    metering,
    no_shows,
    offering,
    overrunning,
    sanctions,
)
from hub.services.feeding import entry_of
from hub.services.reserving import Wish
from hub.words.ics import entries_text
from tests.cast import ADC, NOW
from tests.hub.services.desk import (
    HOUR,
    MINUTE,
    TICK,
    at,
    booked,
    by,
    came,
    codes,
    gave_up,
    heard,
    mails,
    present,
    waits,
)
from tests.hub.services.f1 import F1
from tests.hub.services.floor import NODE, VAULT, Journal

DAY = timedelta(days=1)
BRUSSELS = ZoneInfo("Europe/Brussels")


def asked(f1: F1, person: str, start: datetime, end: datetime, now: datetime = NOW, machine: str = "LAS-1"):
    """What the booking page does."""
    return finding.book(f1.store, (Wish(machine, person, start, end, person),), now)


def told(f1: F1, journal: Journal, now: datetime, first: int = 1) -> None:
    """The hub hears of what las-1's keeper wrote down."""
    f1.store.write(lambda tx: metering.take(tx, NODE, journal.batch(first), now))


def halves(f1: F1, person: str, now: datetime) -> int:
    """Half strikes that count."""
    return f1.store.read(lambda tx: sanctions.standing_of(tx, person, ADC, now)).halves


def offer_of(f1: F1, entry):
    return f1.store.read(lambda tx: tx.waiting.offer_of(entry.id))


def test_s01_amelie_books_an_empty_laser_for_an_hour_and_has_it_in_her_language(f1: F1) -> None:
    made = asked(f1, f1.people.amelie, at(14), at(15))
    assert isinstance(made, Reservation)
    assert (made.status, made.start, made.end) == (ReservationStatus.CONFIRMED, at(14), at(15))
    (row,) = f1.store.read(lambda tx: tx.bookings.held_spans("LAS-1", at(14), at(15)))
    assert (row.seat, row.person) == (made.seat, f1.people.amelie)
    assert mails(f1.store, f1.people.amelie) == ["reservation.made"]
    lang = f1.store.read(lambda tx: tx.people.get(f1.people.amelie)).lang
    ics = entries_text([entry_of(made)], lang, "Atelier du Canal", "hub.example", NOW).decode()
    assert (lang, "DTSTART:20261124T130000Z" in ics, "LAS-1" in ics) == ("fr", True, True)


def test_s02_brams_hour_is_his_and_the_next_begins_where_it_ends(f1: F1) -> None:
    asked(f1, f1.people.bram, at(14), at(15))
    refused = asked(f1, f1.people.amelie, at(14, 45), at(15, 30))
    assert codes(refused) == {"OVERLAP"}
    assert len(refused.alternatives) == 3
    for slot in refused.alternatives:
        free = f1.store.read(lambda tx, one=slot: tx.bookings.taken(one.machine, one.start, one.end))
        assert (slot.end - slot.start, list(free)) == (45 * MINUTE, [])
    assert isinstance(asked(f1, f1.people.amelie, at(15), at(15, 30)), Reservation)


def test_s05_the_fourteenth_day_opens_at_noon_and_not_a_tick_before(f1: F1) -> None:
    far = at(10) + 14 * DAY  # Tuesday 8 December, 10:00
    assert codes(asked(f1, f1.people.amelie, far, far + HOUR, at(11, 59))) == {"HORIZON"}
    assert codes(asked(f1, f1.people.amelie, far, far + HOUR, at(12) - TICK)) == {"HORIZON"}
    assert isinstance(asked(f1, f1.people.amelie, far, far + HOUR, at(12)), Reservation)


def test_s06_thirty_minutes_are_left_on_friday_and_today_asks_for_none(f1: F1) -> None:
    amelie, thursday = f1.people.amelie, at(12) + 2 * DAY
    for day, minutes, made in ((0, 120, -1), (1, 120, -1), (2, 90, 1)):  # 330 min from Tuesday to Thursday
        start = at(10) + day * DAY
        used = booked(f1.store, amelie, start, start + minutes * MINUTE, now=at(13) + made * DAY)
        f1.store.write(lambda tx, one=used: tx.bookings.set_status(one, ReservationStatus.DONE, one.end))
    friday = at(14) + 3 * DAY
    refused = asked(f1, amelie, friday, friday + HOUR, thursday)
    assert [(one.code, one.params["left"]) for one in refused.objections] == [("QUOTA", 30)]
    assert isinstance(asked(f1, amelie, friday, friday + HOUR / 2, thursday), Reservation)
    assert isinstance(asked(f1, amelie, thursday + 2 * HOUR, thursday + 3 * HOUR, thursday), Reservation)


def test_s07_who_badges_out_at_14_52_leaves_the_hour_from_15_and_half_her_quota(f1: F1) -> None:
    amelie = f1.people.amelie
    hers = booked(f1.store, amelie, at(14), at(16), now=NOW - DAY)
    entry = waits(f1.store, f1.people.bram, at(14), at(16))
    journal = Journal().session(amelie, at(14), 52, reservation=hers.id)
    told(f1, journal, at(14, 52))
    kept = present(f1.store, hers)
    assert (kept.start, kept.end) == (at(14), at(15))
    (share,) = f1.store.read(lambda tx: tx.bookings.shares([amelie], NOW - DAY))
    assert share.span.minutes == 60
    offer = offer_of(f1, entry)  # in the same transaction
    assert (offer.start, offer.end, offer.created) == (at(15), at(16), at(14, 52))


def test_s08_at_a_quarter_past_and_not_before_the_slot_is_released_with_a_strike_and_a_mail(f1: F1) -> None:
    heard(f1.store, NOW)
    hers = booked(f1.store, f1.people.amelie, at(14), at(15))
    assert f1.store.write(lambda tx: no_shows.release_due(tx, at(14, 15) - TICK, 9)) == 0
    assert f1.store.write(lambda tx: no_shows.release_due(tx, at(14, 15), 9)) == 1
    assert present(f1.store, hers).status is ReservationStatus.NO_SHOW
    assert halves(f1, f1.people.amelie, at(14, 15)) == 2
    assert "reservation.no_show" in mails(f1.store, f1.people.amelie)
    assert f1.store.read(lambda tx: list(tx.bookings.taken("LAS-1", at(14), at(15)))) == []


def test_s09_late_is_said_once_and_not_while_somebody_waits(f1: F1) -> None:
    hers = booked(f1.store, f1.people.amelie, at(14), at(15))

    def late(slot, now):
        return f1.store.write(lambda tx: coming_late.hold(tx, slot, by(tx, slot.person), now))

    assert late(hers, at(14, 10)).held_until == at(14, 30)
    assert codes(late(hers, at(14, 11))) == {"REPEATED"}
    his = booked(f1.store, f1.people.bram, at(16), at(17))
    waits(f1.store, f1.people.emma, at(16), at(17))
    assert codes(late(his, at(16, 10))) == {"PRIORITY"}


def test_s11_four_quarters_more_and_then_the_next_booking_and_the_longest_session_say_no(f1: F1) -> None:
    hers = came(f1.store, booked(f1.store, f1.people.amelie, at(14), at(16)), at(14))
    booked(f1.store, f1.people.bram, at(17), at(17, 45))

    def longer():
        def press(tx):
            return extending.extend(tx, tx.bookings.get(hers.id), by(tx, hers.person), at(15, 50))

        return f1.store.write(press)

    assert [longer().end for _ in range(4)] == [at(16, 15), at(16, 30), at(16, 45), at(17)]
    assert codes(longer()) == {"RESERVED_OTHER", "DURATION"}


def test_s12_somebody_is_next_and_the_motor_runs(f1: F1) -> None:
    """The hub cuts nothing at 16:00; at 16:05 it writes the overrun down, at 16:20 the node's alarm; one strike."""
    bram = f1.people.bram
    heard(f1.store, NOW)
    his = booked(f1.store, bram, at(14), at(16))
    booked(f1.store, f1.people.amelie, at(16), at(17))
    journal = Journal().write(
        "session-start", at(14), "s1", who=bram, kind="use", until=stamp(at(16)), reservation=his.id
    )
    told(f1, journal.write("power-on", at(14), "s1"), at(14))
    told(f1, journal.write("ending", at(16), "s1"), at(16), 3)
    assert f1.store.write(lambda tx: tx.outbox.due(at(16), ["order"], 9)) == []
    assert f1.store.write(lambda tx: overrunning.notice_due(tx, at(16, 5) - TICK, 9)) == 0
    assert f1.store.write(lambda tx: overrunning.notice_due(tx, at(16, 5), 9)) == 1
    told(f1, journal.write("overrun", at(16, 20), "s1"), at(16, 20), 4)
    rows = f1.store.read(lambda tx: tx.audit.newest(ADC, 99, None))
    assert {"session.overran", "session.alarm"} <= {row.action for row in rows}
    struck = f1.store.read(lambda tx: tx.strikes.of(bram, ADC))
    assert [one.data["cause"] for one in struck] == [Cause.OVERRUN]


def test_s14_a_walk_up_lasts_to_the_next_booking_and_with_nine_minutes_left_it_is_too_short(f1: F1) -> None:
    booked(f1.store, f1.people.bram, at(14), at(15))

    def walks_up(now) -> Answer:
        ask = f1.ask(f1.key("amelie"), Purpose.WALK_UP, now)
        return f1.store.write(lambda tx: asking.answer(tx, NODE, ask, VAULT, now))

    short = walks_up(at(13, 51))
    assert [(one.code, one.params) for one in short.decision.objections] == [("TOO_SHORT", {"minutes": 9})]
    let_in = walks_up(at(13, 35))
    assert let_in.decision.until == at(14)
    board = f1.store.read(lambda tx: tx.bookings.taken("LAS-1", at(13, 35), at(14)))
    assert [(one.kind, one.start, one.end) for one in board] == [(ReservationKind.WALKUP, at(13, 35), at(14))]
    live = f1.store.write(lambda tx: tx.outbox.due(at(13, 35), ["live"], 9))
    assert "LAS-1" in {parcel.target for parcel in live}


def test_s31_the_first_who_waits_has_half_an_hour_then_the_second_and_at_the_last_minute_everybody(
    f1: F1,
) -> None:
    slot = booked(f1.store, f1.people.amelie, at(14), at(15))
    one = waits(f1.store, f1.people.bram, at(14), at(15))
    two = waits(f1.store, f1.people.emma, at(14), at(15), NOW + MINUTE)
    gave_up(f1.store, slot, at(13))
    assert (offer_of(f1, one).expires, offer_of(f1, two)) == (at(13, 30), None)
    assert codes(asked(f1, f1.people.tom, at(14), at(15), at(13, 10))) == {"OVERLAP"}
    f1.store.write(lambda tx: offering.lapse(tx, at(13, 30) - TICK, 9))
    assert offer_of(f1, two) is None
    f1.store.write(lambda tx: offering.lapse(tx, at(13, 30), 9))
    assert (offer_of(f1, one), offer_of(f1, two).expires) == (None, at(13, 45))


def test_s31_eight_minutes_before_everybody_is_asked_and_the_first_yes_has_it(f1: F1) -> None:
    slot = booked(f1.store, f1.people.amelie, at(14), at(15))
    entries = [waits(f1.store, f1.people.ids[name], at(14), at(15)) for name in ("bram", "emma")]
    gave_up(f1.store, slot, at(13, 52))
    assert [offer_of(f1, one).hold for one in entries] == [None, None]

    def says_yes(entry, now):
        return f1.store.write(lambda tx: offering.accept(tx, entry, by(tx, entry.person), now))

    assert isinstance(says_yes(entries[1], at(13, 53)), Reservation)
    assert codes(says_yes(entries[0], at(13, 53))) == {"OVERLAP"}
