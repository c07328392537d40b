"""What does the node say of itself on the wire? The keeper's state in the words of `up/state`; nothing rests on it."""

from dataclasses import replace

from core.vocabulary import Inhibit
from core.wire.messages import LocksShown, NodeState
from node.doorman.knowledge import Knowledge


def node_state(known: Knowledge, reader: str, version: str, uptime_s: int) -> NodeState:
    """How machine, keeper and reader stand; view, locks' revision and trust are the exchange's to add."""
    state, present = known.keeper.state, known.keeper.present
    told = NodeState(online=True, keeper="ok" if present else "lost", reader=reader)
    told = replace(told, version=version, uptime_s=uptime_s, relay="unknown")
    if state is None:
        return told
    session = state.session
    return replace(
        told,
        phase=state.phase,
        inhibits=tuple(sorted(state.inhibits)),
        session=session.id if session else None,
        busy=state.busy,
        power_w=state.power_w,
        until=session.until if session else None,
        locks=LocksShown(0, tuple(lock.id for lock in state.locks)),
        relay=state.relay if present else "unknown",
        bypass=Inhibit.BYPASS in state.inhibits,
    )
