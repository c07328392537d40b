"""Days that differ: what is saved last holds, and a usually closed Monday may be open (R02, E02, E03)."""

from datetime import date, timedelta

from core.vocabulary import Audience
from hub.ports import DayException
from hub.services.reserving import NotReserved, Wish, reserve
from tests.cast import ADC, NOW
from tests.hub.services.desk import HOUR, at, codes
from tests.hub.services.f1 import F1

MONDAY, SIX_DAYS = date(2026, 11, 30), timedelta(days=6)


def differs(f1: F1, *hours: tuple[str, str, Audience]) -> None:
    f1.store.write(lambda tx: tx.machines.add_exception(ADC, DayException(MONDAY, hours, {"fr": "exprès"})))


def wants(f1: F1, hour: int) -> object:
    start, emma = at(hour) + SIX_DAYS, f1.people.emma
    return f1.store.write(lambda tx: reserve(tx, Wish("LAS-1", emma, start, start + HOUR, emma), NOW))


def test_of_two_exceptions_on_one_date_the_latest_saved_holds(f1: F1) -> None:
    assert codes(wants(f1, 15)) == {"LAB_CLOSED"}
    differs(f1, ("14:00", "20:00", Audience.MEMBERS))
    assert not isinstance(wants(f1, 15), NotReserved)
    differs(f1, ("16:00", "20:00", Audience.MEMBERS))
    assert codes(wants(f1, 14)) == {"LAB_CLOSED"}
    differs(f1)  # closed after all
    assert codes(wants(f1, 18)) == {"LAB_CLOSED"}
