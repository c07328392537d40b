"""Whose slot is given up because nobody came? After the grace, and only where the lab is sure of it (R34).

Level-triggered: it asks what is due and not done, however late. Where the lab itself may be the cause (its node was not
heard, though it had power; the machine was out, the house closed, the one before overran) nobody is penalised.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from core.access import DOWN
from core.sanctions import Cause
from core.timeline import Span
from core.vocabulary import ReservationKind, ReservationStatus
from hub.ports import Machine, Node, Reservation, Tx
from hub.ports.nodes import OutageCause
from hub.services import coming_late, facts, offering, sanctions, telling, waiting_list

HUB = "hub"
HEARD_TOO_LITTLE = timedelta(minutes=5)  # R34: offline for longer than that of the grace
SETTLES = timedelta(minutes=1)  # after an outage: so long the node has to hand over what it wrote down
WAITS_FOR_NODE = timedelta(hours=24)  # a node that comes back later than that decides nothing any more
LOOK_AHEAD = timedelta(days=1)  # how far the next due instant is sought; then it is sought again
AT_ONCE = 200  # slots a look: more are not awaited at one time in a lab
TAPPED_FOR = frozenset(
    {ReservationKind.BOOKING, ReservationKind.UNATTENDED, ReservationKind.GROUP}
)  # a class or a training does not badge in by its holder


def release_due(tx: Tx, now: datetime, limit: int) -> int:
    """Give up what is due now. How many."""
    found = due(tx, now, limit)
    for one, machine in sorted(found, key=lambda pair: pair[1].id):
        waiting_list.hold(tx, machine.id, Span(one.start, one.end), [one.person])
    return sum(_give_up(tx, one, machine, now) for one, machine in found)


def due(tx: Tx, now: datetime, limit: int) -> list[tuple[Reservation, Machine]]:
    """What is to be given up now: the grace is over, the lab is sure, and it is not the lab's own fault."""
    looked_at = ((one, tx.machines.get(one.machine)) for one in tx.bookings.awaited(now, limit))
    return [(one, machine) for one, machine in looked_at if machine and _is_due(tx, one, machine, now)]


def give_way(tx: Tx, machine: Machine, span: Span) -> None:
    """Somebody stands at the machine: slots whose holder did not come in time give way to him now."""
    late = [
        one
        for one in tx.bookings.taken(machine.id, span.start, span.end)
        if one.status is ReservationStatus.CONFIRMED
        and one.kind in TAPPED_FOR
        and coming_late.due(one, machine) <= span.start
    ]
    if late:
        waiting_list.hold(tx, machine.id, span, [one.person for one in late])
    for one in late:
        _give_up(tx, one, machine, span.start)


def came_in_time(tx: Tx, lost: Reservation, tapped: datetime, now: datetime) -> Reservation | None:
    """The tap within the grace that was heard too late: the slot is his again, unless somebody has it by now (E23)."""
    machine = tx.machines.get(lost.machine)
    in_time = machine is not None and tapped < coming_late.due(lost, machine)
    if lost.status is not ReservationStatus.NO_SHOW or not in_time:
        return None
    return tx.bookings.set_status(lost, ReservationStatus.ARRIVED, now)


def next_due(tx: Tx, now: datetime) -> datetime | None:
    """When the job must run again: at the first grace that ends after now, else when it must look again."""
    coming = tx.bookings.awaited(now + LOOK_AHEAD, AT_ONCE)
    dues = [at for one in coming if (at := _due(tx, one)) is not None and at > now]
    if dues:
        return min(dues)
    return None if tx.bookings.next_start(now + LOOK_AHEAD) is None else now + LOOK_AHEAD


def undecided(tx: Tx, one: Reservation, now: datetime) -> bool:
    """Whether nobody knows yet if its holder came: its node is not heard, and may have something to tell."""
    node = tx.nodes.at(one.machine) if one.status is ReservationStatus.CONFIRMED else None
    if node is None or one.kind not in TAPPED_FOR or now >= one.end + WAITS_FOR_NODE:
        return False
    return not sure(tx, node, Span(one.start, one.end), now)


def _due(tx: Tx, one: Reservation) -> datetime | None:
    machine, node = tx.machines.get(one.machine), tx.nodes.at(one.machine)
    if machine is None or node is None or one.kind not in TAPPED_FOR:
        return None
    return coming_late.due(one, machine)


def _is_due(tx: Tx, one: Reservation, machine: Machine, now: datetime) -> bool:
    ends = coming_late.due(one, machine)
    if now < ends or one.kind not in TAPPED_FOR:
        return False
    node, grace = tx.nodes.at(one.machine), Span(one.start, ends)
    if node is None:
        return False  # where nobody can tap, nobody can be late
    return sure(tx, node, grace, now) and not _excuses(tx, one, machine, grace)


def sure(tx: Tx, node: Node, within: Span, now: datetime) -> bool:
    """Whether the hub would know by now had somebody come: the node is heard, and has told all it wrote down."""
    if node.retired is not None or not node.online:
        return False
    ends = [outage.until for outage in tx.nodes.outages(node.id, within.start, now + SETTLES)]
    if any(until is None or now < until + SETTLES for until in ends):
        return False
    written: Mapping[str, int] = node.held.get("heads") or {}
    stored = {head.journal: head.stored for head in tx.records.heads(node.id)}
    return all(stored.get(journal, 0) >= seq for journal, seq in written.items())


def _give_up(tx: Tx, one: Reservation, machine: Machine, now: datetime) -> bool:
    grace = Span(one.start, coming_late.due(one, machine))
    blameless = _excuses(tx, one, machine, grace)
    status = ReservationStatus.CANCELLED_LAB if blameless else ReservationStatus.NO_SHOW
    gone = tx.bookings.set_status(one, status, now)
    if gone is None:
        return False
    telling.tell(tx, gone, HUB, "reservation.no_show", now, {"strike": not blameless})
    if not blameless:
        sanctions.strike(tx, gone, Cause.NO_SHOW, now)
    if one.end > now:
        offering.freed(tx, one.machine, Span(now, one.end), now)
    return True


def _excuses(tx: Tx, one: Reservation, machine: Machine, grace: Span) -> bool:
    """Whether the lab may be the cause that nobody came."""
    return any(_causes(tx, one, machine, grace))


def _causes(tx: Tx, one: Reservation, machine: Machine, grace: Span) -> Iterator[bool]:
    yield machine.status in DOWN
    yield any(lock.since < grace.end for lock in tx.locks.on(machine.id))
    yield _unheard(tx, machine, grace) > HEARD_TOO_LITTLE
    spans = [opening.span for opening in facts.openings_of(tx, machine, grace)]
    yield not any(span.holds(grace.start) for span in spans)
    before = tx.sessions.page(machine=machine.id, start=grace.start, end=grace.end)
    yield any(session.person != one.person and session.start <= grace.start for session in before)


def _unheard(tx: Tx, machine: Machine, grace: Span) -> timedelta:
    node = tx.nodes.at(machine.id)
    if node is None or node.created > grace.start:
        return grace.end - grace.start  # nobody could tap there yet
    outages = tx.nodes.outages(node.id, grace.start, grace.end)
    parts = (
        min(one.until or grace.end, grace.end) - max(one.since, grace.start)
        for one in outages
        if one.cause is not OutageCause.POWER  # R34: its own mains excuse nobody
    )
    return sum(parts, timedelta())
