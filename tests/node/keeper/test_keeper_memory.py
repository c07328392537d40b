"""What does the keeper know again after a power cut? Whatever names and ids look like."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.interlock import Lock, Session, State
from core.vocabulary import Inhibit, LockKind, Phase, SessionKind, StopReason
from node.keeper.memory import state_of, state_text

NAMES = st.text(st.characters(blacklist_categories=("Cs",)), max_size=20)
LOCKS = st.frozensets(st.builds(Lock, NAMES, st.sampled_from(LockKind), NAMES), max_size=3)
SESSIONS = st.none() | st.builds(
    Session,
    id=NAMES,
    kind=st.sampled_from(SessionKind),
    who=NAMES,
    until_ms=st.integers(0, 2**53),
    until=NAMES,
    asked=st.none() | st.sampled_from(StopReason),
)
STATES = st.builds(
    State,
    phase=st.sampled_from(Phase),
    inhibits=st.frozensets(st.sampled_from(Inhibit)),
    locks=LOCKS,
    session=SESSIONS,
)


@given(STATES)
def test_whatever_people_and_locks_are_called_the_keeper_knows_them_again(state):
    assert state_of(state_text(state)) == state


def test_what_it_writes_down_is_one_line_that_any_program_reads():
    session = Session("s", SessionKind.USE, 'Zoé "la" \\ Ñ\n', 5, "2026-11-24T09:00:00.000Z")
    text = state_text(State(phase=Phase.IN_USE, session=session))
    assert "\n" not in text
    assert json.loads(text)["session"]["who"] == session.who


@pytest.mark.parametrize("text", ["{}", '{"phase":"idle"}', "[]", "null", "rubbish"])
def test_what_is_no_state_is_told_as_such(text):
    with pytest.raises(ValueError, match=r"no state|Expecting value"):
        state_of(text)
