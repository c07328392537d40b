"""A guest at the machine: is the member who answers for him there, or is the house open to everybody? (R22)"""

from datetime import timedelta

import pytest

from core.timeline import stamp
from core.views import view_body, view_from_body
from core.vocabulary import Audience, Purpose, Reason
from core.wire.messages import Ask, Badge
from hub.ports import Opening
from hub.services import asking, granting, metering, presence
from tests.cast import ADC, NOW
from tests.hub.services.floor import VAULT, Floor, Journal

MINUTE, HOUR, TICK = timedelta(minutes=1), timedelta(hours=1), timedelta(milliseconds=1)
BENCH = "sol-1"


@pytest.fixture
def visit(both_floor: Floor) -> Floor:
    """Today Nils is Amelie's guest; the soldering bench has a box that knows badges as las-1 does."""

    def set_up(tx) -> None:
        node = tx.nodes.get("las-1")
        tx.nodes.add(BENCH, ADC, "SOL-1", node.sealed_key, NOW)
        guest = {"pass_day": NOW.date(), "host": both_floor.people.amelie}
        tx.people.change(both_floor.people.nils, guest)

    both_floor.store.write(set_up)
    return both_floor


def comes(floor: Floor, at=NOW) -> None:
    who = floor.people.amelie
    floor.store.write(lambda tx: presence.confirm(tx, tx.people.get(who), ADC, at))


def leaves(floor: Floor, at) -> None:
    who = floor.people.amelie
    floor.store.write(lambda tx: presence.leave(tx, tx.people.get(who), ADC, at))


def view(floor: Floor, at=NOW):
    return floor.store.read(lambda tx: granting.view_of_node(tx, BENCH, VAULT, at))


def taps(floor: Floor, name: str = "nils", at=NOW):
    ask = Ask("q", "n", at, Badge(floor.key(name)), Purpose.WALK_UP, None)
    answer = floor.store.write(lambda tx: asking.answer(tx, BENCH, ask, VAULT, at))
    assert answer is not None
    return answer.decision


def lacks(floor: Floor, name: str = "nils", at=NOW) -> list[tuple[str, object]]:
    return [(one.code, one.params.get("host")) for one in taps(floor, name, at).objections]


def test_without_his_host_a_guest_does_not_start_and_with_her_he_does(visit: Floor) -> None:
    assert lacks(visit) == [(Reason.BUDDY, 1)]
    comes(visit)
    assert taps(visit).allowed


def test_a_member_needs_no_host(visit: Floor) -> None:
    assert taps(visit, "bram").allowed


def test_the_web_says_the_same_and_of_a_later_day_nothing(visit: Floor) -> None:
    def decided(at=None):
        def ask(tx):
            who, bench = tx.people.get(visit.people.nils), tx.machines.get("SOL-1")
            return granting.decision_for(tx, who, bench, NOW, at)

        return [one.code for one in visit.store.read(ask).objections]

    assert Reason.BUDDY in decided()
    assert Reason.BUDDY not in decided(NOW + HOUR)  # she may be there by then


def test_the_node_knows_until_when_she_is_there_and_nobody_else_of_it(visit: Floor) -> None:
    before = view(visit).rev
    assert dict(view(visit).company.hosts) == {visit.people.nils: None}
    comes(visit)
    found = view(visit)
    assert found.rev > before
    assert dict(found.company.hosts) == {visit.people.nils: NOW + 4 * HOUR}
    assert (found.company.ends, found.company.who) == ((), ())
    body = view_body(found)
    assert body["company"]["hosts"] == {visit.people.nils: stamp(NOW + 4 * HOUR)}
    assert dict(view_from_body(body).company.hosts) == dict(found.company.hosts)
    leaves(visit, NOW + HOUR)
    assert dict(view(visit, NOW + HOUR).company.hosts) == {visit.people.nils: None}


def test_a_host_at_work_is_there_and_one_who_tapped_out_has_not_left(visit: Floor) -> None:
    journal = Journal()
    said = {"who": visit.people.amelie, "kind": "use", "until": stamp(NOW + HOUR)}
    journal.write("session-start", NOW, "s1", **said).write("power-on", NOW, "s1")
    visit.store.write(lambda tx: metering.take(tx, "las-1", journal.batch(), NOW))
    assert taps(visit).allowed
    ended = {"reason": "badge-out", "end_quality": "exact", "power_s": 600, "busy_s": 0}
    out = NOW + 10 * MINUTE
    journal.write("power-off", out, "s1").write("session-end", out, "s1", **ended)
    visit.store.write(lambda tx: metering.take(tx, "las-1", journal.batch(), out))
    assert dict(view(visit, out).company.hosts) == {visit.people.nils: out + 4 * HOUR}


def test_while_the_house_is_open_to_everybody_a_guest_needs_no_host(visit: Floor) -> None:
    openlab = Opening(NOW.weekday(), "10:00", "12:00", Audience.PUBLIC)
    visit.store.write(lambda tx: tx.machines.add_opening(ADC, openlab))
    opens = NOW + HOUR
    assert lacks(visit, at=opens - TICK) == [(Reason.BUDDY, 1)]
    assert taps(visit, at=opens).allowed


def test_somebody_elses_comings_and_goings_send_no_view_to_the_bench(visit: Floor) -> None:
    before = view(visit).rev
    visit.store.write(lambda tx: presence.confirm(tx, tx.people.get(visit.people.tom), ADC, NOW))
    assert view(visit).rev == before


def test_yesterdays_guest_is_told_of_his_day_and_not_of_his_host(visit: Floor) -> None:
    tomorrow = NOW + timedelta(days=1)
    assert dict(view(visit, tomorrow).company.hosts) == {}
    assert Reason.BUDDY not in [code for code, _ in lacks(visit, at=tomorrow)]
