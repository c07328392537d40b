"""What the tests of the booking's services do again and again: book, come, badge out, wait."""

from datetime import datetime, timedelta

from core.vocabulary import ReservationStatus
from core.wire.messages import NodeState
from hub.ports import Reservation, Store, Tx, WaitingEntry
from hub.services import attending, waiting_list
from hub.services.giving_back import cancel
from hub.services.reserving import NotReserved, Wish, reserve
from hub.services.waiting_list import Want
from tests.cast import ADC, NOW

TICK = timedelta(milliseconds=1)
MINUTE = timedelta(minutes=1)
QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
TWO = NOW + 5 * HOUR  # Tuesday 14:00 in Brussels


def at(hour: int, minute: int = 0) -> datetime:
    """That Tuesday's local time."""
    return TWO + timedelta(hours=hour - 14, minutes=minute)


def booked(
    store: Store, person: str, start: datetime, end: datetime, machine: str = "LAS-1", now: datetime = NOW
) -> Reservation:
    """A slot that nothing is against."""
    made = store.write(lambda tx: reserve(tx, Wish(machine, person, start, end, person), now))
    assert isinstance(made, Reservation), made
    return made


def came(store: Store, slot: Reservation, now: datetime) -> Reservation:
    """Its holder has tapped."""
    arrived = store.write(lambda tx: tx.bookings.set_status(slot, ReservationStatus.ARRIVED, now))
    assert arrived is not None
    return arrived


def gave_up(store: Store, slot: Reservation, now: datetime) -> Reservation:
    """Its holder has cancelled."""
    gone = store.write(lambda tx: cancel(tx, slot, by(tx, slot.person), now))
    assert isinstance(gone, Reservation), gone
    return gone


def by(tx: Tx, person: str):
    """The person with this id, who is there."""
    found = tx.people.get(person)
    assert found is not None
    return found


def waits(
    store: Store,
    person: str,
    start: datetime,
    end: datetime,
    now: datetime = NOW,
    *,
    machine: str | None = "LAS-1",
    family: str | None = None,
    least: int = 30,
) -> WaitingEntry:
    """Somebody is on the waiting list."""
    want = Want(ADC, person, machine, family, start, end, least)
    entry = store.write(lambda tx: waiting_list.join(tx, want, now))
    assert isinstance(entry, WaitingEntry), entry
    return entry


def present(store: Store, slot: Reservation) -> Reservation:
    """The reservation as it stands now."""
    found = store.read(lambda tx: tx.bookings.get(slot.id))
    assert found is not None
    return found


def heard(store: Store, now: datetime, *, online: bool = True, boot: str | None = None) -> None:
    """The node las-1 says how it is (`boot`: which start of it), or that it is gone."""
    state = NodeState(online=online, boot=boot)
    store.write(lambda tx: attending.state_taken(tx, "las-1", state, now))


def codes(answer: object) -> set[str]:
    """The codes of a refusal."""
    assert isinstance(answer, NotReserved), answer
    return {one.code.value for one in answer.objections}


def mails(store: Store, person: str) -> list[str]:
    """The templates of the mails that wait for a person."""
    now = NOW + timedelta(days=999)
    parcels = store.write(lambda tx: tx.outbox.due(now, ["mail"], 999))
    return [parcel.payload["template"] for parcel in parcels if parcel.target == person]
