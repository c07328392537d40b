"""Who came, though the machine could not be had? A refused tap that is not the member's fault counts as arrived (R32, R34).

The node says so in its journal; what the tap was refused for decides, not that it was refused.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from core.vocabulary import Reason, ReservationStatus
from hub.ports import Node, Reservation, Tx
from hub.services import no_shows, sanctions

NOT_HIS = frozenset(
    {
        Reason.OCCUPIED,
        Reason.ESTOP,
        Reason.LOCKOUT,
        Reason.FAULT,
        Reason.DRAWING,
        Reason.MACHINE_DOWN,
        Reason.RESOURCE_DOWN,
        Reason.EXTRACTION,
        Reason.MAINTENANCE,
        Reason.STAFF_ONLY,
        Reason.STALE,
        Reason.CLOCK,
    }
)  # fmt: skip -- the machine, its node, or who was there before
_TICK = timedelta(milliseconds=1)


def tapped(tx: Tx, node: Node, said: Mapping[str, Any], at: datetime, now: datetime) -> None:
    """A tap at the machine is recorded: whoever has it now, and could not start, came."""
    who, reasons = said.get("who"), said.get("reasons")
    if said.get("allowed") is not False or not isinstance(who, str) or not isinstance(reasons, list):
        return
    if not reasons or not NOT_HIS.issuperset(reasons):
        return
    sanctions.came_after_all(tx, who, node.machine, at, now)
    for slot in tx.bookings.of_person(who, at, at + _TICK):
        if slot.machine == node.machine and slot.start <= at:
            _came(tx, node, slot, at, now)


def _came(tx: Tx, node: Node, slot: Reservation, at: datetime, now: datetime) -> None:
    if slot.status is ReservationStatus.CONFIRMED and slot.kind in no_shows.TAPPED_FOR:
        came = tx.bookings.set_status(slot, ReservationStatus.ARRIVED, now)
    else:
        came = no_shows.came_in_time(tx, slot, at, now)
    if came is not None:
        tx.audit.append(slot.lab, node.id, "reservation.arrived", slot.id, {"machine": slot.machine}, now)
