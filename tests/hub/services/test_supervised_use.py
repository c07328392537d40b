"""S19: LAS1 was last used half a year ago. It sleeps, and one supervised session of five minutes wakes it."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from core.vocabulary import GrantLevel, Purpose, Reason
from hub.ports import Course, Tx
from hub.services import asking, granting, metering
from tests.cast import ADC, NOW, machine
from tests.hub.services.floor import NODE_KEY, VAULT, Floor, Journal

NODE = "las-9"
DAY = timedelta(days=1)
HALF_A_YEAR = timedelta(days=214)


@pytest.fixture
def sleeping(both_floor: Floor) -> Floor:
    """Amélie has LAS2, which sleeps after six months; she got it, and used it, seven months ago."""

    def set_up(tx: Tx) -> None:
        tx.certificates.add_course(Course("LAS2", ADC, {"en": "Laser"}, dormant_months=6, needs=(("GEN",),)))
        tx.machines.add(machine("LAS-9", needs=("LAS2",)))
        tx.nodes.add(NODE, ADC, "LAS-9", VAULT.seal(NODE_KEY), NOW)
        for name in ("amelie", "tom"):
            certificate = tx.certificates.open(ADC, getattr(both_floor.people, name), "LAS2")
            at = NOW - (HALF_A_YEAR if name == "amelie" else DAY)
            tx.certificates.record(certificate, "grant", at)
            tx.certificates.record(certificate, "use", at)

    both_floor.store.write(set_up)
    return both_floor


def codes(floor: Floor, at: datetime) -> list[Reason]:
    ask = floor.ask(floor.key("amelie"), Purpose.USE, at)
    answer = floor.store.write(lambda tx: asking.answer(tx, NODE, ask, VAULT, at))
    return [one.code for one in answer.decision.objections]


def level(floor: Floor, at: datetime) -> GrantLevel:
    view = floor.store.read(lambda tx: granting.view_of_node(tx, NODE, VAULT, at))
    return view.grants[floor.key("amelie")].level


def revision(floor: Floor) -> int:
    return floor.store.read(lambda tx: granting.view_of_node(tx, NODE, VAULT, NOW)).rev


def works(floor: Floor, power_s: int, at: datetime = NOW, name: str = "s1") -> None:
    """Beside Tom, with so many seconds of power."""
    people, end = floor.people, at + timedelta(minutes=10)
    journal = Journal(name)
    journal.write(
        "session-start", at, name, who=people.amelie, responsible=people.tom, kind="use", until=None
    )
    journal.write("power-on", at, name)
    journal.write("supervise", at, name, supervisor=people.tom, trainee=people.amelie)
    journal.write("power-off", end, name)
    ended = {"reason": "badge-out", "end_quality": "exact", "power_s": power_s, "busy_s": 0}
    journal.write("session-end", end, name, **ended)
    floor.store.write(lambda tx: metering.take(tx, NODE, journal.batch(), end))


def test_s19_one_that_sleeps_is_refused_and_may_be_used_beside_a_supervisor(sleeping: Floor) -> None:
    assert Reason.CERT_DORMANT in codes(sleeping, NOW)
    assert level(sleeping, NOW) is GrantLevel.SUPERVISED


@pytest.mark.parametrize(("power_s", "awake"), [(299, False), (300, True)])
def test_s19_five_minutes_of_power_beside_a_supervisor_wake_it_and_the_node_hears_so_at_once(
    sleeping: Floor, power_s: int, awake: bool
) -> None:
    works(sleeping, power_s)
    after = NOW + timedelta(minutes=11)
    assert (Reason.CERT_DORMANT not in codes(sleeping, after)) is awake
    assert (level(sleeping, after) is GrantLevel.AUTONOMOUS) is awake


def test_s19_the_node_is_told_at_once_and_the_same_day_no_more(sleeping: Floor) -> None:
    revisions = [revision(sleeping)]
    for number, power_s in enumerate((0, 300, 300)):  # each session changes the view: a walk-up came and went
        works(sleeping, power_s, NOW + timedelta(minutes=20 * number), f"s{number}")
        revisions.append(revision(sleeping))
    powerless, waking, again = (after - before for before, after in pairwise(revisions))
    assert powerless == again < waking
