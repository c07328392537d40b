"""What goes on at a machine: which node, who uses it, which locks, what is reserved around now?

Kept under the revisions of its floor and its calendar (migrations 0007, 0014, 0015): what a question from the machine rests on is
read again only after it has changed. Nothing here decides.
"""

from dataclasses import dataclass
from datetime import timedelta

from core.access import Lock
from core.grants import Booking
from core.timeline import Span
from hub.ports import Machine, Node, Reservation, Session, StoreMark, Tx
from hub.ports.revisions import MARK, calendar_name, floor_name
from hub.services import facts
from hub.services.house import house_with
from hub.services.kept import Kept

BEHIND, AHEAD = (
    timedelta(days=4),
    timedelta(days=8),
)  # read besides: the next questions are about later instants
NEVER = 0  # the revision of what never changed: the same number in every store, so nothing is kept under it


@dataclass(frozen=True, slots=True)
class Floor:
    """A machine's floor. Of `node` its word and its pairing hold; `view_rev`, `lock_rev`, `boot`, `last_seen` may be older."""

    node: Node | None
    running: Session | None
    locks: tuple[Lock, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands: `mark` is the store's."""

    mark: StoreMark
    node: Node
    machine: Machine
    floor: Floor


@dataclass(frozen=True, slots=True)
class _Around:
    reach: Span
    held: tuple[Reservation, ...]


_MARKS: Kept[str, StoreMark] = Kept(4)
_FLOORS: Kept[str, Floor] = Kept(16_384)
_AROUND: Kept[str, _Around] = Kept(16_384)
_MACHINE_OF: dict[str, str] = {}  # a node stays at its machine; looked at again where it is not found there


def place_of(tx: Tx, node: str) -> Place | None:
    """Where this node stands; None for one that is unknown or retired, and before the store is founded."""
    mark = _mark(tx)
    machine = _MACHINE_OF.get(node)
    floor = floor_of(tx, machine) if machine else None
    if floor is None or floor.node is None or floor.node.id != node:
        paired = tx.nodes.get(node)
        if paired is None:
            return None
        machine = _MACHINE_OF[node] = paired.machine
        floor = floor_of(tx, machine)
    house = house_with(tx, machine) if machine else None
    if mark is None or house is None or floor.node is None or floor.node.retired is not None:
        return None
    return Place(mark, floor.node, house.machines[floor.node.machine], floor)


def floor_of(tx: Tx, machine: str) -> Floor:
    """What goes on there now."""
    name = floor_name(machine)
    rev = tx.revisions.of([name])[name]
    known = _FLOORS.get(machine, rev)
    if known is None:
        locks = tuple(Lock(one.id, one.kind, one.owner or "") for one in tx.locks.on(machine))
        known = Floor(tx.nodes.at(machine), tx.sessions.running(machine), locks)
        if rev != NEVER:
            _FLOORS.keep(machine, rev, known)
    return known


def bookings_of(tx: Tx, machine: str, within: Span) -> tuple[list[Booking], frozenset[str]]:
    """The same as `facts.bookings_of`, from memory where it was read for a time not far from it."""
    name = calendar_name(machine)
    rev = tx.revisions.of([name])[name]
    around = _AROUND.get(machine, rev)
    if around is None or not _reaches(around.reach, within):
        reach = Span(within.start - BEHIND, within.end + AHEAD)
        around = _Around(reach, tuple(tx.bookings.taken(machine, reach.start, reach.end)))
        if rev != NEVER:
            _AROUND.keep(machine, rev, around)
    return facts.still_held(one for one in around.held if one.start < within.end and one.end > within.start)


def _reaches(reach: Span, within: Span) -> bool:
    return reach.start <= within.start and within.end <= reach.end


def _mark(tx: Tx) -> StoreMark | None:
    rev = tx.revisions.of([MARK])[MARK]
    known = _MARKS.get("", rev)
    if known is None:
        known = tx.meta.mark()
        if known is not None and rev != NEVER:
            _MARKS.keep("", rev, known)
    return known
