"""What the tests of the wire are made of: any JSON, and one example of every message."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from core.vocabulary import Inhibit, LockKind, Phase, Purpose, Reason, Trust
from core.wire import messages as m

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(-(2**53), 2**53, allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
RECORD = {
    "seq": 1,
    "at": "2026-11-24T09:00:00.000Z",
    "boot": "b1",
    "mono_ms": 1200,
    "clock": "hub",
    "type": "boot",
    "session": None,
    "data": {},
    "prev": "",
    "hash": "00",
}
EXAMPLES = [
    m.HubState("up", 5, "s", AT, 1),
    m.NodeState(online=False),
    m.NodeState(
        online=True,
        machine="LAS-1",
        phase=Phase.IN_USE,
        inhibits=(Inhibit.OUT,),
        session="x",
        busy=True,
        power_w=41.5,
        until=AT,
        boot="b1",
        view=m.Holding(5, 7, "s"),
        locks=m.LocksShown(3, ("l1",)),
        trust=Trust.HUB,
        keeper="ok",
        reader="ok",
        relay="closed",
        bypass=False,
        version="0.1.0",
        uptime_s=12,
    ),
    m.Hello("n", "b1", 5, "s", m.Holding(5, 7, "s"), m.Holding(5, 3, "s"), {"j1": 12}),
    m.Hello("n", "b1"),
    m.Now("n", AT, 5, "s", 7, 3),
    m.View(5, "s", 7, AT, {"id": "LAS-1"}, ({"key": "k"},), {"k2": ({"code": "SEE_DESK", "params": {}},)}),
    m.LockList(5, "s", 3, (m.Lock("l1", LockKind.LOCKOUT, "p1", "p1", "belt", AT),), ("l0",)),
    m.Records("j1", "b1", 1, (RECORD,)),
    m.Ack(5, "s", {"j1": 12}),
    m.Ask("q", "n", AT, m.Badge("k", "uid"), Purpose.WALK_UP),
    m.Answer(5, "s", "q", "n", m.Decision(allowed=True, until=AT), {"key": "k"}, {"id": "r1"}),
    m.Answer(
        5,
        "s",
        "q",
        "n",
        m.Decision(allowed=False, objections=(m.Objected(Reason.CERT_MISSING, {"course": "LAS1"}),)),
    ),
    m.Order(5, "s", "o", "b1", AT, m.OrderKind.STOP, "x", "p1", "because", {}),
    m.Done("o", ok=True, code="OK", detail="stopped"),
]
