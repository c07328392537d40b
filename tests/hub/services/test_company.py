"""S24: a machine that wants two people there. What its node is told, and what the hub itself answers."""

from datetime import timedelta

import pytest

from core.company import NOBODY
from core.rulebook import Level
from core.timeline import stamp
from core.vocabulary import Audience, Purpose, Reason, ReservationKind
from core.wire.messages import Ask, Badge
from hub.ports import DayException, NewReservation, RuleSet
from hub.services import asking, granting, metering, presence
from hub.services.refused import Refused
from tests.cast import ADC, NOW
from tests.hub.services.floor import NODE, VAULT, Floor, Journal

MINUTE, HOUR, TICK = timedelta(minutes=1), timedelta(hours=1), timedelta(milliseconds=1)


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


def works(
    floor: Floor, name: str, node: str, minutes: int | None = None, responsible: str | None = None
) -> None:
    """A session of an hour there since NOW, ended after so many minutes or still going on."""
    people = floor.people
    journal = Journal(f"{node} {name} {minutes}")
    said = {"who": getattr(people, name), "kind": "use", "until": stamp(NOW + HOUR)}
    said |= {"responsible": getattr(people, responsible)} if responsible else {}
    journal.write("session-start", NOW, f"{node}-{name}", **said).write("power-on", NOW, f"{node}-{name}")
    if minutes is not None:
        ended = {"reason": "badge-out", "end_quality": "exact", "power_s": minutes * 60, "busy_s": 0}
        journal.write("session-end", NOW + minutes * MINUTE, f"{node}-{name}", **ended)
    at = NOW + (minutes or 0) * MINUTE
    floor.store.write(lambda tx: metering.take(tx, node, journal.batch(), at))


@pytest.fixture
def beside(buddies: Floor) -> Floor:
    """Beside LAS-1 there is a soldering bench with a node of its own."""
    key = VAULT.seal(bytes(range(32, 64)))
    buddies.store.write(lambda tx: tx.nodes.add("sol-1", ADC, "SOL-1", key, NOW))
    return buddies


def test_s24_two_members_are_company_when_one_works_beside(beside: Floor) -> None:
    assert Reason.BUDDY in answered(beside, "amelie")
    works(beside, "bram", "sol-1")
    assert Reason.BUDDY not in answered(beside, "amelie")
    assert Reason.BUDDY not in answered(beside, "amelie", NOW + HOUR - MINUTE)
    assert Reason.BUDDY in answered(beside, "amelie", NOW + HOUR)


def test_nobody_is_his_own_company(beside: Floor) -> None:
    works(beside, "amelie", "sol-1")
    assert Reason.BUDDY in answered(beside, "amelie")


def test_whoever_stands_there_is_one_of_the_two(buddies: Floor) -> None:
    comes(buddies, "tom")
    assert Reason.BUDDY in answered(buddies, "tom")
    assert Reason.BUDDY not in answered(buddies, "amelie")


def leaves(floor: Floor, name: str, at) -> None:
    floor.store.write(lambda tx: presence.leave(tx, person(tx, floor, name), ADC, at))


def test_s24_who_taps_out_is_still_there_until_he_says_that_he_leaves_and_the_node_hears_both(
    beside: Floor,
) -> None:
    revisions = [view(beside).rev]
    works(beside, "bram", "sol-1")
    revisions.append(view(beside).rev)
    works(beside, "bram", "sol-1", minutes=10)
    after = NOW + 11 * MINUTE
    revisions.append(view(beside, after).rev)
    assert Reason.BUDDY not in answered(beside, "amelie", after)
    leaves(beside, "bram", after)
    revisions.append(view(beside, after).rev)
    assert revisions == sorted(set(revisions))
    assert Reason.BUDDY in answered(beside, "amelie", after)
    assert Reason.BUDDY in answered(beside, "amelie", after + MINUTE)


def test_a_tap_out_counts_four_hours_and_not_a_tick_longer(beside: Floor) -> None:
    works(beside, "bram", "sol-1", minutes=10)
    over = NOW + 10 * MINUTE + 4 * HOUR
    assert view(beside).company.who == ()  # he has still to tap out
    assert view(beside, over - TICK).company.who == (beside.people.bram,)
    assert view(beside, over).company.who == ()


def closes_at_ten(floor: Floor) -> None:
    """Today the house is open from eight to ten in Brussels; it is nine."""
    hours = (("08:00", "10:00", Audience.MEMBERS),)
    floor.store.write(lambda tx: tx.machines.add_exception(ADC, DayException(NOW.date(), hours, {})))


def test_when_the_house_closes_whoever_forgot_to_leave_is_checked_out(beside: Floor) -> None:
    closes_at_ten(beside)
    works(beside, "bram", "sol-1", minutes=10)
    comes(beside, "tom")
    closing = NOW + HOUR
    company = view(beside, closing - TICK).company
    assert dict(zip(company.who, company.ends, strict=True)) == {
        beside.people.bram: closing,
        beside.people.tom: closing,
    }
    assert view(beside, closing).company.who == ()
    comes(beside, "tom", closing)  # who stays for the night says so anew
    assert view(beside, closing).company.ends == (closing + 4 * HOUR,)


def test_a_session_that_ended_without_a_badge_shows_nobody_there(beside: Floor) -> None:
    journal = Journal("late").session(beside.people.bram, NOW, 10, reason="slot-end")
    beside.store.write(lambda tx: metering.take(tx, "sol-1", journal.batch(), NOW))
    assert view(beside, NOW + 11 * MINUTE).company.who == ()


def test_who_answers_for_a_learner_is_there_too(beside: Floor) -> None:
    works(beside, "nils", "sol-1", responsible="tom")
    company = view(beside).company
    assert set(company.who) == {beside.people.nils, beside.people.tom}


def test_a_print_that_runs_on_alone_is_nobodys_presence(beside: Floor) -> None:
    floor = beside

    def overnight(tx) -> str:
        seat = tx.machines.seats("SOL-1")[0].id
        span = (NOW - MINUTE, NOW + HOUR)
        wanted = NewReservation(ADC, "SOL-1", seat, floor.people.bram, *span, kind=ReservationKind.UNATTENDED)
        return tx.bookings.add(wanted, NOW).id

    slot = floor.store.write(overnight)
    journal = Journal("print")
    said = {"who": floor.people.bram, "kind": "use", "until": stamp(NOW + HOUR), "reservation": slot}
    journal.write("session-start", NOW, "p1", **said).write("power-on", NOW, "p1")
    floor.store.write(lambda tx: metering.take(tx, "sol-1", journal.batch(), NOW))
    assert Reason.BUDDY in answered(floor, "amelie")
