"""How does the machine stand? The `state` message, as doorman and bench read it."""

from core.wire.socket import Message
from node.keeper.keeper import Keeper
from node.keeper.timers import phase_until_ms
from node.keeper.watch import mismatched

MOST_LOCKS = 16  # some 100 bytes each; a packet holds 4 KiB


def state_message(keeper: Keeper) -> Message:
    """The present state; see core.wire.socket."""
    state, session = keeper.state, keeper.state.session
    relay = "closed" if state.power else "open"
    return {
        "msg": "state",
        "phase": state.phase.value,
        "inhibits": sorted(inhibit.value for inhibit in state.inhibits),
        "locks": [
            {"id": lock.id, "kind": lock.kind.value, "owner": lock.owner}
            for lock in sorted(state.locks, key=lambda lock: lock.id)[:MOST_LOCKS]
        ],
        "session": session
        and {"id": session.id, "kind": session.kind.value, "who": session.who, "until": session.until},
        "until_ms": session.until_ms if session else None,
        "phase_until_ms": phase_until_ms(state, keeper.meter, keeper.policy),
        "busy": state.busy,
        "power_w": None,
        "relay": "mismatch" if mismatched(keeper.seen, state) else relay,
        "extraction": state.extraction,
        "alarm": state.alarm,
        "presses": keeper.presses,
        "now_ms": keeper.clock.monotonic_ms(),
    }
