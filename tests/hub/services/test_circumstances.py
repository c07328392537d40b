"""Guests for a day, the young and those who share: is what staff write down what the desk and the machine go by? (R15, R22, R23)"""

from datetime import UTC, date, datetime, timedelta

import pytest

from core.rulebook import Level
from core.vocabulary import GrantLevel, Purpose, Reason
from hub.ports import Course, Person, RuleSet
from hub.services import asking, granting, membership, presence
from hub.services.refused import Refused
from hub.services.reserving import NotReserved, Wish, reserve
from tests.cast import ADC, NOW, certify, machine
from tests.hub.services.desk import HOUR, at, by, codes
from tests.hub.services.floor import NODE, NODE_KEY, VAULT

TODAY, DAY = date(2026, 11, 24), timedelta(days=1)
MIDNIGHT = at(24)


def told(floor, who: str, by_whom: str = "dora", **values) -> Person | Refused:
    """Staff write it down."""

    def write(tx):
        return membership.change(
            tx, by(tx, floor.people.ids[by_whom]), by(tx, floor.people.ids[who]), values, NOW
        )

    return floor.store.write(write)


def asks(floor, who: str, now: datetime, node: str = NODE) -> set[Reason]:
    ask = floor.ask(floor.key(who), Purpose.WALK_UP, now)
    answer = floor.store.write(lambda tx: asking.answer(tx, node, ask, VAULT, now))
    return {one.code for one in answer.decision.objections}


def wants(floor, who: str, start: datetime, machine: str = "LAS-1", now: datetime = NOW) -> object:
    person = floor.people.ids[who]
    wish = Wish(machine, person, start, start + HOUR, person)
    return floor.store.write(lambda tx: reserve(tx, wish, now))


def view(floor, now: datetime = NOW, node: str = NODE):
    return floor.store.read(lambda tx: granting.view_of_node(tx, node, VAULT, now))


def put_up(floor, node: str, name: str, needs: str) -> str:
    """One more box, at a machine that needs this course."""

    def add(tx):
        if tx.machines.get(name) is None:
            tx.machines.add(machine(name, "laser", (needs,)))
        tx.nodes.add(node, ADC, name, VAULT.seal(NODE_KEY), NOW)

    floor.store.write(add)
    return node


def test_a_day_pass_opens_the_bench_on_its_day_with_a_host_and_nothing_else(floor) -> None:
    told(floor, "nils", pass_day=TODAY)
    assert codes(wants(floor, "nils", at(14), "SOL-1")) == {Reason.BUDDY}
    told(floor, "nils", host=floor.people.amelie)
    assert not isinstance(wants(floor, "nils", at(14), "SOL-1"), NotReserved)
    assert Reason.MEMBER_EXPIRED in codes(wants(floor, "nils", at(14) + DAY, "SOL-1"))
    told(floor, "bram", pass_day=TODAY, host=floor.people.amelie)
    assert codes(wants(floor, "bram", at(16))) == {Reason.CERT_MISSING}


def test_a_day_pass_is_over_at_midnight_at_the_machine_too(floor) -> None:
    told(floor, "bram", pass_day=TODAY, host=floor.people.tom)
    floor.store.write(lambda tx: presence.confirm(tx, tx.people.get(floor.people.tom), ADC, MIDNIGHT - HOUR))
    node = put_up(floor, "sol-1", "SOL-1", "GEN")
    assert view(floor, NOW, node).grants[floor.key("bram")].until == MIDNIGHT
    assert asks(floor, "bram", MIDNIGHT - HOUR, node) == set()
    assert asks(floor, "bram", MIDNIGHT, node) == {Reason.MEMBER_EXPIRED}


def test_a_day_pass_carries_no_laser_whatever_its_holder_learnt_before(floor) -> None:
    told(floor, "bram", pass_day=TODAY)
    assert asks(floor, "bram", at(11)) == {Reason.CERT_MISSING}
    assert floor.key("bram") not in view(floor).grants  # nor beside a supervisor


def test_who_is_too_young_for_a_certificate_uses_the_laser_beside_a_supervisor_alone(floor) -> None:
    floor.store.write(lambda tx: tx.certificates.add_course(_course("LAS2", 16)))
    node = put_up(floor, "las-9", "LAS-9", "LAS2")
    floor.store.write(lambda tx: certify(tx, floor.people.amelie, "LAS2", NOW - DAY))
    told(floor, "amelie", birth=date(2010, 12, 5), consent_until=datetime(2030, 1, 1, tzinfo=UTC))
    key, seen = floor.key("amelie"), view(floor, NOW, node)
    assert seen.grants[key].level == GrantLevel.SUPERVISED
    assert {one.code for one in seen.refusals[key]} == {
        Reason.CERT_MISSING
    }  # of her age the box hears nothing
    assert asks(floor, "amelie", at(11), node) == {Reason.SEE_DESK}
    birthday = at(11) + 11 * DAY
    assert view(floor, birthday, node).grants[key].level == GrantLevel.AUTONOMOUS


def test_a_machine_with_a_least_age_takes_nobody_younger_even_beside_a_supervisor(floor) -> None:
    told(floor, "amelie", birth=date(2010, 12, 5), consent_until=datetime(2030, 1, 1, tzinfo=UTC))
    rules = RuleSet(ADC, Level.MACHINE, "LAS-1", 1, {"min_age": 18}, "insurance", floor.people.max, NOW)
    floor.store.write(lambda tx: tx.rules.save(rules))
    assert floor.key("amelie") not in view(floor).grants
    assert Reason.AGE in codes(wants(floor, "amelie", at(14)))


def test_without_a_guardians_consent_a_minor_neither_books_nor_starts(floor) -> None:
    told(floor, "amelie", birth=date(2010, 1, 5))
    assert codes(wants(floor, "amelie", at(14))) == {Reason.AGE}
    assert asks(floor, "amelie", at(14)) == {Reason.SEE_DESK}
    assert floor.key("amelie") not in view(floor).grants
    told(floor, "amelie", consent_until=at(12))
    assert asks(floor, "amelie", at(11, 45)) == set()
    assert view(floor).grants[floor.key("amelie")].until == at(12)
    assert asks(floor, "amelie", at(12)) >= {Reason.SEE_DESK}


def test_a_consent_ends_on_the_eighteenth_birthday_of_a_leap_day_child_on_the_first_of_march(floor) -> None:
    kept = told(floor, "amelie", birth=date(2012, 2, 29), consent_until=datetime(2040, 1, 1, tzinfo=UTC))
    assert kept.consent_until == datetime(2030, 2, 28, 23, tzinfo=UTC)  # midnight in Brussels


def test_two_of_a_household_share_what_one_may_have(floor) -> None:
    quota = {"most": 60, "subject": "household"}
    rules = RuleSet(ADC, Level.FAMILY, "laser", 1, {"quotas": [quota]}, "fair", floor.people.max, NOW)
    floor.store.write(lambda tx: tx.rules.save(rules))
    for name in ("amelie", "bram"):
        told(floor, name, household=" canal 7 ")
    start = at(14) + DAY
    assert not isinstance(wants(floor, "amelie", start), NotReserved)
    assert codes(wants(floor, "bram", start + 2 * HOUR)) == {Reason.QUOTA}
    told(floor, "bram", household="")
    assert not isinstance(wants(floor, "bram", start + 2 * HOUR), NotReserved)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"birth": date(2026, 11, 25)}, "birth"),
        ({"birth": date(1890, 1, 1)}, "birth"),
        ({"pass_day": date(2026, 11, 23)}, "pass_day"),
        ({"host": "nobody"}, "host"),
        ({"household": "x" * 41}, "household"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(floor, values, field) -> None:
    before = floor.store.read(lambda tx: tx.people.get(floor.people.nils))
    answer = told(floor, "nils", **values)
    assert [(one.code, one.params) for one in answer.objections] == [(Reason.INVALID, {"field": field})]
    assert floor.store.read(lambda tx: tx.people.get(floor.people.nils)) == before


@pytest.mark.parametrize("host", ["nils", "lise", "olga"])
def test_nobody_hosts_himself_and_no_stranger_or_former_member_is_a_host(floor, host) -> None:
    answer = told(floor, "nils", host=floor.people.ids[host])
    assert [one.params for one in answer.objections] == [{"field": "host"}]


def test_a_consent_wants_a_birthday_to_end_at(floor) -> None:
    floor.store.write(lambda tx: tx.people.change(floor.people.nils, {"birth": None}))
    assert isinstance(told(floor, "nils", consent_until=at(14)), Refused)


@pytest.mark.parametrize(("who", "whom"), [("amelie", "amelie"), ("bram", "nils"), ("dora", "dora")])
def test_no_member_says_who_shares_his_quota_and_staff_not_for_themselves(floor, who, whom) -> None:
    answer = told(floor, whom, who, household="mine")
    assert [one.code for one in answer.objections] == [Reason.FORBIDDEN]


def _course(name: str, age: int) -> Course:
    return Course(name, ADC, {"en": name}, needs=(("GEN",),), min_age=age)
