"""Is everything read that may count against a slot, though nothing is read that cannot?"""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from core.booking import BookingRules, Wanted, objections
from core.calendars import Opening
from core.grants import MachinePolicy
from core.holder import COUNTED, Held, Holder
from core.rulebook import terms_of
from core.timeline import Span
from core.vocabulary import Audience, ReservationKind, ReservationStatus, Risk
from hub.services.holding import counted_from

BRUSSELS = "Europe/Brussels"
NOW = datetime(2026, 10, 28, 9, 0, tzinfo=UTC)  # the Wednesday after the night of 25 hours
QUARTERS = 4 * 24
SINGLE = [
    {"quota_week_min": 60},
    {"quota_future": 1},
    {"quotas": [{"most": 60, "window": "day"}]},
    {"quotas": [{"most": 1, "unit": "count", "window": "rolling"}]},
    {
        "quotas": [{"most": 60, "window": "rolling", "peak_only": True}],
        "peak": [{"from": "08:00", "to": "20:00"}],
    },
    {"quotas": [{"most": 240, "window": "day"}, {"most": 400, "window": "rolling"}]},
    {"min_gap_min": 1440},
    {},
]
instants = st.integers(-9 * QUARTERS, 9 * QUARTERS).map(lambda n: NOW + n * timedelta(minutes=15))


@st.composite
def helds(draw):
    start = draw(instants)
    end = start + timedelta(minutes=draw(st.sampled_from([15, 60, 120, 24 * 60])))
    status = draw(st.sampled_from(sorted(COUNTED)))
    exempt, number = draw(st.booleans()), draw(st.integers(0, 10**9))
    kind = ReservationKind.BOOKING
    return Held(f"r{number}", "amelie", "M", "laser", kind, ReservationStatus(status), start, end, exempt)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SINGLE), st.lists(helds(), max_size=12), instants, st.sampled_from([30, 120]))
def test_what_is_read_says_the_same_of_a_slot_as_everything_would(said, held, start, minutes):
    terms = terms_of(said)
    wanted = Wanted(start, start + timedelta(minutes=minutes), who="amelie")
    policy = MachinePolicy("M", "adc", "M", "laser", BRUSSELS, Risk.LOW, horizon_d=60)
    open_ = (Opening(NOW - timedelta(days=60), NOW + timedelta(days=60), Audience.MEMBERS),)
    since = counted_from(terms, min(start, NOW), BRUSSELS)

    def judged(counted):
        holder = Holder(who="amelie", held=tuple(sorted(counted, key=lambda one: one.start)))
        return objections(wanted, (), BookingRules(policy, open_, terms=terms, holder=holder), NOW)

    assert judged(one for one in held if one.end > since) == judged(held)


def test_a_quota_of_the_week_is_read_from_monday_one_of_seven_days_for_seven_days():
    week, rolling, none = (terms_of(said) for said in (SINGLE[0], SINGLE[3], {}))
    monday = datetime(2026, 10, 25, 23, 0, tzinfo=UTC)
    assert counted_from(week, NOW, BRUSSELS) == monday
    assert counted_from(rolling, NOW, BRUSSELS) == NOW - timedelta(days=7)
    assert counted_from(none, NOW, BRUSSELS) == NOW - timedelta(days=1)
    assert Span(monday, NOW).holds(counted_from(week, monday + timedelta(days=2), BRUSSELS))
