"""S24: a machine that wants two people there. What its node is told, and what the hub itself answers."""

from datetime import timedelta

import pytest

from core.company import NOBODY
from core.rulebook import Level
from core.vocabulary import Purpose, Reason
from core.wire.messages import Ask, Badge
from hub.ports import RuleSet
from hub.services import asking, granting, presence
from hub.services.refused import Refused
from tests.cast import ADC, NOW
from tests.hub.services.floor import NODE, VAULT, Floor

HOUR = timedelta(hours=1)


@pytest.fixture
def buddies(both_floor: Floor) -> Floor:
    """LAS-1 asks for company at every hour."""
    new = RuleSet(
        ADC, Level.MACHINE, "LAS-1", 1, {"buddy": "always"}, "alone at night", both_floor.people.max, NOW
    )
    both_floor.store.write(lambda tx: tx.rules.save(new))
    return both_floor


def view(floor: Floor, now=NOW):
    return floor.store.read(lambda tx: granting.view_of_node(tx, NODE, VAULT, now))


def person(tx, floor: Floor, name: str):
    return tx.people.get(getattr(floor.people, name))


def comes(floor: Floor, name: str, at=NOW) -> None:
    floor.store.write(lambda tx: presence.confirm(tx, person(tx, floor, name), ADC, at))


def answered(floor: Floor, name: str, at=NOW) -> list[Reason]:
    ask = Ask("q", "n", at, Badge(floor.key(name)), Purpose.USE, None)
    told = floor.store.write(lambda tx: asking.answer(tx, NODE, ask, VAULT, at))
    assert told is not None
    assert not isinstance(told, Refused)
    return [one.code for one in told.decision.objections]


def test_a_machine_that_asks_for_nobody_is_told_of_nobody(both_floor: Floor) -> None:
    comes(both_floor, "tom")
    assert view(both_floor).company == NOBODY


def test_s24_one_person_is_not_enough_two_are_and_the_node_knows_until_when(buddies: Floor) -> None:
    comes(buddies, "tom")
    assert len(view(buddies).company.ends) == 1
    assert Reason.BUDDY in answered(buddies, "tom")
    comes(buddies, "max", NOW + HOUR)
    assert sorted(view(buddies, NOW + HOUR).company.ends) == [NOW + 4 * HOUR, NOW + 5 * HOUR]
    assert Reason.BUDDY not in answered(buddies, "tom", NOW + HOUR)


def test_s24_who_comes_or_goes_has_the_view_sent_again_with_a_higher_revision(buddies: Floor) -> None:
    before = view(buddies).rev
    comes(buddies, "tom")
    assert view(buddies).rev > before
    comes(buddies, "max")
    with_two = view(buddies).rev
    buddies.store.write(lambda tx: presence.leave(tx, person(tx, buddies, "max"), ADC, NOW + HOUR))
    assert view(buddies, NOW + HOUR).rev > with_two
    assert len(view(buddies, NOW + HOUR).company.ends) == 1


def test_the_same_person_twice_is_no_company(buddies: Floor) -> None:
    comes(buddies, "tom")
    comes(buddies, "tom", NOW + HOUR)
    assert len(view(buddies, NOW + HOUR).company.ends) == 1


def test_of_a_later_day_nobody_knows_who_comes_along(buddies: Floor) -> None:
    def decided(tx):
        return granting.decision_for(
            tx, person(tx, buddies, "tom"), tx.machines.get("LAS-1"), NOW, NOW + 24 * HOUR
        )

    assert Reason.BUDDY not in [one.code for one in buddies.store.read(decided).objections]
