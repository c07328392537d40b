"""How is the waiting list kept?"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, Row, and_, insert, or_, select, update

from hub.ports.waiting import Offer, OfferStatus, WaitingEntry, WaitingStatus
from hub.store import schema
from hub.store.schema import table_of

WAITING = table_of(schema.Waiting)
OFFER = table_of(schema.Offer)
_W, _O = WAITING.c, OFFER.c
_INSTANTS = {"start": "start_ms", "end": "end_ms"}


class WaitingBook:
    """`hub.ports.WaitingList` over tables waiting and offer."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def get(self, entry: str) -> WaitingEntry | None:
        """The entry with this id."""
        row = self._c.execute(select(WAITING).where(_W.id == entry)).one_or_none()
        return None if row is None else _entry(row)

    def of(self, person: str) -> Sequence[WaitingEntry]:
        """All entries of a person, newest first."""
        wanted = select(WAITING).where(_W.person == person).order_by(_W.created.desc(), _W.id)
        return [_entry(row) for row in self._c.execute(wanted)]

    def open_for(
        self, machine: str, family: str, lab: str, start: datetime, end: datetime
    ) -> Sequence[WaitingEntry]:
        """Who waits for this machine or its family in a window that touches [start, end), first come first."""
        wanted = select(WAITING).where(
            _W.status == WaitingStatus.WAITING,
            _W.lab == lab,
            or_(_W.machine == machine, and_(_W.machine.is_(None), _W.family == family)),
            _W.start_ms < end,
            _W.end_ms > start,
        )
        return [_entry(row) for row in self._c.execute(wanted.order_by(_W.created, _W.id))]

    def expired(self, now: datetime, limit: int) -> Sequence[WaitingEntry]:
        """Entries that still wait and whose time is over."""
        wanted = select(WAITING).where(_W.status == WaitingStatus.WAITING, _W.expires <= now)
        return [_entry(row) for row in self._c.execute(wanted.order_by(_W.expires, _W.id).limit(limit))]

    def add(self, entry: WaitingEntry) -> None:
        """Let somebody wait."""
        values = {_INSTANTS.get(name, name): value for name, value in asdict(entry).items()}
        self._c.execute(insert(WAITING).values(values))

    def set_status(self, entry: str, status: WaitingStatus) -> bool:
        """Change the status of an entry that waits; False when it does not wait any more."""
        waits = and_(_W.id == entry, _W.status == WaitingStatus.WAITING)
        return self._c.execute(update(WAITING).where(waits).values(status=status)).rowcount == 1

    def offers(self, entry: str) -> Sequence[Offer]:
        """All offers ever made to an entry, newest first."""
        wanted = select(OFFER).where(_O.waiting == entry).order_by(_O.created.desc(), _O.id)
        return [_offer(row) for row in self._c.execute(wanted)]

    def offer_of(self, entry: str, *, lock: bool = False) -> Offer | None:
        """The open offer of an entry; `lock` holds its row (PostgreSQL)."""
        wanted = select(OFFER).where(_O.waiting == entry, _O.status == OfferStatus.OPEN)
        row = self._c.execute(wanted.with_for_update() if lock else wanted).first()
        return None if row is None else _offer(row)

    def offer_held_by(self, reservation: str) -> Offer | None:
        """The open offer whose hold is this reservation."""
        wanted = select(OFFER).where(_O.hold == reservation, _O.status == OfferStatus.OPEN)
        row = self._c.execute(wanted).first()
        return None if row is None else _offer(row)

    def offers_due(self, now: datetime, limit: int) -> Sequence[Offer]:
        """Open offers whose time is over, oldest first."""
        wanted = select(OFFER).where(_O.status == OfferStatus.OPEN, _O.expires <= now)
        return [_offer(row) for row in self._c.execute(wanted.order_by(_O.expires, _O.id).limit(limit))]

    def next_lapse(self) -> datetime | None:
        """When the first open offer runs out."""
        first = select(_O.expires).where(_O.status == OfferStatus.OPEN).order_by(_O.expires).limit(1)
        found: datetime | None = self._c.execute(first).scalar_one_or_none()
        return found

    def add_offer(self, offer: Offer) -> None:
        """Offer a time."""
        values = {_INSTANTS.get(name, name): value for name, value in asdict(offer).items()}
        self._c.execute(insert(OFFER).values(values))

    def close_offer(self, offer: str, status: OfferStatus) -> bool:
        """End an open offer; False when it is not open any more."""
        is_open = and_(_O.id == offer, _O.status == OfferStatus.OPEN)
        return self._c.execute(update(OFFER).where(is_open).values(status=status)).rowcount == 1


def _entry(row: Row[tuple[object, ...]]) -> WaitingEntry:
    return WaitingEntry(
        id=row.id,
        lab=row.lab,
        person=row.person,
        machine=row.machine,
        family=row.family,
        start=row.start_ms,
        end=row.end_ms,
        min_minutes=row.min_minutes,
        expires=row.expires,
        status=WaitingStatus(row.status),
        created=row.created,
    )


def _offer(row: Row[tuple[object, ...]]) -> Offer:
    return Offer(
        id=row.id,
        lab=row.lab,
        waiting=row.waiting,
        person=row.person,
        machine=row.machine,
        hold=row.hold,
        start=row.start_ms,
        end=row.end_ms,
        expires=row.expires,
        status=OfferStatus(row.status),
        created=row.created,
    )
