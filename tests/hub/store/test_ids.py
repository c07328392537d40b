"""Do reservations that are made together lie together, and can nobody guess the next one?"""

from datetime import timedelta

from hub.ports import NewReservation
from hub.store.ids import timed_id
from tests.cast import ADC, NOW, cast_in

TIME = 8  # characters: 48 bits of milliseconds; the 14 behind them are chance


def test_two_of_one_moment_begin_alike_and_differ_by_chance_alone():
    several = {timed_id(NOW) for _ in range(500)}
    assert len(several) == 500
    assert len({one[:TIME] for one in several}) == 1
    assert all(len({one[place] for one in several}) > 32 for place in range(TIME, 21))  # of 64 letters


def test_those_of_one_day_begin_alike_and_each_moment_has_its_own_beginning():
    moments = [timed_id(NOW + timedelta(milliseconds=ms)) for ms in (0, 1, 1000, 3_600_000)]
    assert len({one[:TIME] for one in moments}) == len(moments)
    assert len({one[:4] for one in moments}) == 1


def test_a_reservation_is_named_so_and_the_name_can_stand_in_an_address(both_store):
    cast = cast_in(both_store)

    def add(tx):
        seat, start = tx.machines.seats("LAS-1")[0].id, NOW + timedelta(days=1)
        new = NewReservation(ADC, "LAS-1", seat, cast.amelie, start, start + timedelta(hours=1))
        return tx.bookings.add(new, NOW)

    made = both_store.write(add)
    assert made.id[:TIME] == timed_id(NOW)[:TIME]
    assert len(made.id) == 22
    assert made.id.replace("-", "").replace("_", "").isalnum()
