"""The laws over a small world in the core suite, and each law proven by a fault it catches.

The whole world, for all 24 policies, is walked in tests/node/keeper/test_interlock_every_policy.py.
"""

import functools
from dataclasses import replace

import pytest

from core.interlock import (
    Accept,
    AddLock,
    Boot,
    Cap,
    CloseRelay,
    Energise,
    Extend,
    Handover,
    Idle,
    Journal,
    Lift,
    LiftLock,
    OpenRelay,
    Policy,
    Quiet,
    Record,
    SetInhibit,
    Stop,
    step,
)
from core.vocabulary import Inhibit, Phase
from tests.core.interlock_world import BO, DANGER, HERS, HIS, LAWS, POLICIES, cells, events

SMALL = events((Inhibit.FAULT, Inhibit.STALE), (HERS, HIS, DANGER))
FINISH = Policy("finish", 1200, "alarm", 45, 180, needs_extraction=True, sensor="current")
NOW = Policy("now", 1200, "cut", 0, 0, needs_extraction=True, sensor="current")
NO_LOCKS = {"inhibits": frozenset(), "locks": frozenset()}


def test_every_law_holds_in_the_small_world():
    assert [(law.__name__, cell) for cell in world() for law in LAWS if not law(cell)] == []


def test_there_are_24_policies():
    assert len(set(POLICIES)) == 24


def planted(when, then):
    """A keeper gone wrong: in the cells of which `when` is true, (state, acts) as `then` has them."""

    def wrong(cell):
        if not when(cell):
            return None
        after, acts = then(cell)
        return replace(cell, after=after, acts=acts)

    return wrong


@functools.cache
def world():
    """Every cell of the small world."""
    return tuple(cells(FINISH, SMALL))


def caught(fault, laws):
    """The laws that this fault breaks, somewhere."""
    wrong = (bad for cell in world() if (bad := fault(cell)) is not None)
    return next((law.__name__ for cell in wrong for law in laws if not law(cell)), None)


def powered(state):
    return replace(state, phase=Phase.IN_USE, session=BO)


def unlocked(state):
    return replace(state, **NO_LOCKS)


def backwards(cell):
    return cell.after, tuple(reversed(cell.acts))


def unended(cell):
    """The same without its session-end."""
    records = tuple(record for record in cell.records if record.type != "session-end")
    return cell.after, tuple(Journal(records) if isinstance(act, Journal) else act for act in cell.acts)


def silent(act):
    """The same act, without the record of the inhibit."""
    if not isinstance(act, Journal):
        return act
    return Journal(tuple(record for record in act.records if record.type != "inhibit-set"))


def happened(cell, kind, phase=None):
    return isinstance(cell.event, kind) and phase in {None, cell.before.phase}


START = (Journal((Record("session-start", "s1"), Record("power-on", "s1"))), CloseRelay(), Accept())

FAULTS = {
    "power_only_by_a_start": planted(
        lambda c: happened(c, Extend, Phase.STARTING),
        lambda c: (replace(c.before, phase=Phase.IN_USE), START),
    ),
    "journal_before_the_relay_closes": planted(lambda c: c.risen, backwards),
    "the_relay_opens_before_its_record": planted(lambda c: c.cut, backwards),
    "an_inhibit_goes_only_by_its_own_lifting": planted(
        lambda c: happened(c, Lift), lambda c: (unlocked(c.after), c.acts)
    ),
    "lifting_never_restarts": planted(
        lambda c: happened(c, Lift) and c.before.inhibits and not c.before.power,
        lambda c: (powered(c.after), START),
    ),
    "anothers_lock_is_never_powered": planted(
        lambda c: happened(c, Energise, Phase.IDLE) and HERS in c.before.locks,
        lambda c: (powered(c.before), START),
    ),
    "finish_never_cuts_a_busy_machine": planted(
        lambda c: happened(c, Stop, Phase.IN_USE), lambda c: step(c.before, SetInhibit(Inhibit.FAULT), FINISH)
    ),
    "a_running_use_is_cut_only_by_a_cause": planted(
        lambda c: happened(c, Idle, Phase.IN_USE),
        lambda c: step(replace(c.before, phase=Phase.ENDING, busy=False), Quiet(), FINISH),
    ),
    "run_on_follows_every_power": planted(
        lambda c: c.cut, lambda c: (replace(c.after, phase=Phase.IDLE), c.acts)
    ),
    "a_handover_keeps_the_relay_and_splits_in_one_transaction": planted(
        lambda c: happened(c, Handover) and c.before != c.after,
        lambda c: (c.after, (OpenRelay(), *c.acts[:-1], CloseRelay(), c.acts[-1])),
    ),
    "every_start_ends_once": planted(lambda c: c.before.session and not c.after.session, unended),
    "no_session_starts_under_an_inhibit": planted(
        lambda c: happened(c, Energise, Phase.IDLE) and c.before.inhibits == {Inhibit.STALE},
        lambda c: step(c.before.without_inhibit(Inhibit.STALE), c.event, NOW),
    ),
    "after_a_boot_all_is_open": planted(
        lambda c: happened(c, Boot) and c.before.power, lambda c: (c.before, c.acts)
    ),
    "a_cutting_inhibit_has_no_power": planted(
        lambda c: happened(c, SetInhibit) and c.cut,
        lambda c: (c.before.with_inhibit(c.event.inhibit), c.acts[1:]),
    ),
    "the_state_makes_sense": planted(
        lambda c: happened(c, LiftLock) and DANGER in c.before.locks,
        lambda c: (c.after.without_inhibit(Inhibit.DANGER), c.acts),
    ),
    "a_request_is_answered": planted(
        lambda c: happened(c, Energise) and c.before.power, lambda c: (c.after, ())
    ),
    "what_changed_is_written": planted(lambda c: happened(c, Idle), lambda c: (c.after, ())),
    "what_stops_now_stops_at_once": planted(
        lambda c: happened(c, Stop, Phase.STARTING), lambda c: (c.before, (Accept(),))
    ),
    "each_inhibit_and_lock_has_its_own_records": planted(
        lambda c: happened(c, SetInhibit) and c.cut,
        lambda c: (c.after, tuple(map(silent, c.acts))),
    ),
    "records_name_the_session_that_is_open": planted(
        lambda c: happened(c, Idle, Phase.IN_USE), lambda c: (c.after, (Journal((Record("idle"),)),))
    ),
}
MORE_FAULTS = {
    "an alarm that cuts although staff chose to be called": planted(
        lambda c: happened(c, Cap, Phase.ENDING),
        lambda c: step(c.before, c.event, replace(FINISH, at_cap="cut")),
    ),
    "a boot that forgets a lockout": planted(
        lambda c: happened(c, Boot) and c.before.locks, lambda c: (unlocked(c.after), c.acts)
    ),
    "a danger that takes the lockout with it": planted(
        lambda c: happened(c, LiftLock) and DANGER in c.before.locks and c.event.id == "d1",
        lambda c: (unlocked(c.after), c.acts),
    ),
    "a quiet that does not look whether it draws": planted(
        lambda c: happened(c, Quiet, Phase.ENDING),
        lambda c: step(replace(c.before, busy=False), c.event, FINISH),
    ),
    "a hand-over of a machine that draws": planted(
        lambda c: happened(c, Handover, Phase.IN_USE),
        lambda c: step(replace(c.before, busy=False), c.event, FINISH),
    ),
    "a start whose relay forgets to close": planted(
        lambda c: c.risen,
        lambda c: (c.after, tuple(act for act in c.acts if not isinstance(act, CloseRelay))),
    ),
    "an end before any power that lets the extraction run on": planted(
        lambda c: happened(c, Stop, Phase.STARTING) and c.before.session and not c.after.session,
        lambda c: (replace(c.after, phase=Phase.RUN_ON), c.acts),
    ),
    "an inhibit that is written down again each time": planted(
        lambda c: happened(c, SetInhibit) and c.before == c.after,
        lambda c: (c.after, (Journal((Record("inhibit-set", None, {"inhibit": "stale", "lock": None}),)),)),
    ),
    "a second lockout that leaves maintenance running": planted(
        lambda c: happened(c, AddLock) and c.cut and c.before.locks,
        lambda c: (replace(c.before, locks=c.after.locks, inhibits=c.after.inhibits), c.acts[1:]),
    ),
}
LAW = {law.__name__: law for law in LAWS}


def test_every_law_has_its_fault():
    assert FAULTS.keys() == LAW.keys()


@pytest.mark.parametrize("name", sorted(LAW))
def test_a_planted_fault_is_caught_by_its_own_law(name):
    assert caught(FAULTS[name], (LAW[name],)) == name


@pytest.mark.parametrize("name", sorted(MORE_FAULTS))
def test_some_law_catches(name):
    assert caught(MORE_FAULTS[name], LAWS) is not None
