"""Where does a span of time stand on the rule, and which starts of a day are offered?"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from core.booking import BookingRules, Taken, Wanted, objections
from core.calendars import Opening
from core.grants import MachinePolicy
from core.timeline import Span
from core.vocabulary import Audience, ReservationKind, ReservationStatus
from hub.ports import Reservation
from hub.web.rulers import Piece, ruler
from hub.web.slots import hours_of, lengths, usual_length
from hub.words import Voice

VOICE = Voice("en", ZoneInfo("Europe/Brussels"))
TEN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # 10:00 in Brussels
DAY = Span(TEN, TEN + timedelta(hours=8))
POLICY = MachinePolicy("LAS-1", "adc", "Laser", "laser")


def drawn(*pieces, now=TEN, bounds=DAY):
    return ruler(bounds, pieces, now, "LAS-1", VOICE)


def test_a_booking_from_eleven_to_twelve_stands_at_an_eighth():
    block = drawn(Piece("booked", TEN + timedelta(hours=1), TEN + timedelta(hours=2))).blocks[0]
    assert (block.x_pct, block.width_pct) == (12.5, 12.5)


def test_the_rule_bears_its_hours_first_and_last_inside():
    numbers = drawn().numbers
    assert [number.text for number in numbers] == ["10", "12", "14", "16", "18"]
    assert [number.anchor for number in numbers] == ["start", "middle", "middle", "middle", "end"]


def test_a_ragged_opening_is_drawn_to_full_hours():
    ragged = Span(TEN + timedelta(minutes=30), TEN + timedelta(hours=7, minutes=15))
    assert [number.text for number in drawn(bounds=ragged).numbers] == ["10", "12", "14", "16", "18"]


def test_now_is_marked_only_within_the_day():
    assert drawn(now=TEN - timedelta(seconds=1)).now_pct is None
    assert drawn(now=TEN).now_pct == 0
    assert drawn(now=TEN + timedelta(hours=4)).past_pct == 50
    assert drawn(now=TEN + timedelta(hours=8)).now_pct is None
    assert drawn(now=TEN + timedelta(hours=8)).past_pct == 100


@given(st.integers(-600, 1200), st.integers(1, 900))
def test_no_piece_leaves_the_rule(start_min, minutes):
    start = TEN + timedelta(minutes=start_min)
    for block in drawn(Piece("booked", start, start + timedelta(minutes=minutes))).blocks:
        assert block.x_pct >= 0
        assert block.width_pct > 0
        assert block.x_pct + block.width_pct <= 100.01


def reservation(start, end):
    return Reservation(
        "r", "adc", "LAS-1", 1, "p", start, end, ReservationKind.BOOKING, ReservationStatus.CONFIRMED, "", "p",
        start, start, 1,
    )  # fmt: skip


def offered(minutes, taken=(), now=TEN):
    rules = BookingRules(POLICY, (Opening(DAY.start, DAY.end, Audience.MEMBERS),))
    seats = [Taken(1, one.start, one.end) for one in taken]
    return rules, hours_of(DAY, Wanted(TEN, TEN + timedelta(minutes=minutes)), rules, seats, now)


@given(st.sampled_from([30, 60, 90, 120]), st.integers(0, 28), st.integers(1, 8), st.integers(0, 400))
def test_what_the_list_offers_the_booking_accepts(minutes, quarter, quarters, gone_min):
    start = TEN + quarter * timedelta(minutes=15)
    taken = [reservation(start, start + quarters * timedelta(minutes=15))]
    now = TEN + timedelta(minutes=gone_min)
    rules, hours = offered(minutes, taken, now)
    seats = [Taken(1, one.start, one.end) for one in taken]
    for slot in (slot for one in hours for slot in one.slots):
        assert objections(Wanted(slot.start, slot.end), seats, rules, now) == ()


def test_an_hour_that_is_taken_offers_nothing_and_its_neighbours_everything():
    _, hours = offered(60, [reservation(TEN + timedelta(hours=1), TEN + timedelta(hours=2))])
    starts = [[slot.start for slot in one.slots] for one in hours]
    assert starts[0] == [TEN]
    assert starts[1] == []
    assert len(starts[2]) == 4


def test_the_lengths_of_a_laser_and_of_a_printer():
    assert lengths(POLICY) == [30, 60, 90, 120]
    assert usual_length(POLICY) == 60
    printer = MachinePolicy(
        "3DP-1", "adc", "Printer", "fdm", step_min=30, min_duration_min=30, max_duration_min=960
    )
    assert len(lengths(printer)) <= 5
    assert lengths(printer)[0] == 30
    assert lengths(printer)[-1] == 960
