"""A box misses the extraction that two lasers share: who starts, who goes on, who hears it, and when is it over? (E33, R49)"""

import pytest

from core.rulebook import Level
from core.vocabulary import Purpose, Reason, ResourceKind
from hub.ports import Resource
from hub.services import asking, granting, metering, resources, ruling
from hub.services.resources import Failure
from hub.services.ruling import RulesAt
from tests.cast import ADC, NOW
from tests.hub.services.desk import HOUR, at, booked, by, mails
from tests.hub.services.floor import NODE, NODE_KEY, VAULT, Floor, Journal

BESIDE = "las-2"
LASERS = ("LAS-1", "LAS-2")


@pytest.fixture
def lasers(both_floor: Floor) -> Floor:
    """Both lasers have a box."""
    both_floor.store.write(lambda tx: tx.nodes.add(BESIDE, ADC, "LAS-2", VAULT.seal(NODE_KEY), NOW))
    return both_floor


def shared(floor: Floor, kind: ResourceKind = ResourceKind.EXTRACTION, name: str = "big fan") -> Resource:
    who = floor.people.dora
    said = (name, LASERS)
    made = floor.store.write(lambda tx: resources.save(tx, by(tx, who), None, said, NOW, kind))
    assert isinstance(made, Resource)
    return made


def says(floor: Floor, journal: Journal, *kinds: str, node: str = NODE, inhibit: str = "extraction") -> None:
    first = len(journal.records) + 1
    for kind in kinds:
        said = {} if kind == "boot" else {"inhibit": inhibit, "lock": None, "by": None, "cause": "input"}
        journal.write(kind, NOW, None, **said)
    floor.store.write(lambda tx: metering.take(tx, node, journal.batch(first), NOW))


def lacks(floor: Floor, machine: str = "LAS-2") -> tuple[str, ...]:
    found = floor.store.read(lambda tx: tx.machines.get(machine))
    assert found is not None
    return found.lacks


def run_on_s(floor: Floor, node: str = NODE) -> int:
    view = floor.store.read(lambda tx: granting.view_of_node(tx, node, VAULT, NOW))
    assert view is not None
    return view.machine.run_on_s


def rules(floor: Floor, machine: str, **values: int) -> None:
    who, where = floor.people.max, RulesAt(ADC, Level.MACHINE, machine)
    told = ("measured", NOW)
    made = floor.store.write(lambda tx: ruling.save(tx, by(tx, who), where, values, told))
    assert made.version  # saved


def stops(floor: Floor) -> list[tuple[str, str]]:
    due = floor.store.write(lambda tx: tx.outbox.due(NOW, ["order"], 9))
    return [(one.target, one.payload["reason"]) for one in due if one.payload["order"] == "stop"]


def test_e33_when_a_laser_misses_its_air_nobody_starts_the_other_and_both_are_back_when_it_flows(
    lasers: Floor,
) -> None:
    shared(lasers)
    slot, journal = booked(lasers.store, lasers.people.amelie, at(14), at(15), "LAS-2"), Journal()
    before = lasers.store.read(lambda tx: tx.nodes.get(BESIDE)).view_rev
    says(lasers, journal, "boot", "inhibit-set")
    assert (lacks(lasers), lacks(lasers, "LAS-1")) == (("extraction",), ("extraction",))
    assert lasers.store.read(lambda tx: tx.nodes.get(BESIDE)).view_rev > before  # its box hears it
    assert "resource.missed" in mails(lasers.store, lasers.people.dora)
    assert "machine.out" in mails(lasers.store, lasers.people.amelie)
    ask = lasers.ask(lasers.key("bram"), Purpose.WALK_UP, NOW)
    answer = lasers.store.write(lambda tx: asking.answer(tx, NODE, ask, VAULT, NOW))
    assert [one.code for one in answer.decision.objections] == [Reason.RESOURCE_DOWN]  # said once
    says(lasers, journal, "inhibit-lifted")
    assert (lacks(lasers), lacks(lasers, "LAS-1")) == ((), ())
    assert "machine.restored" in mails(lasers.store, lasers.people.amelie)
    assert lasers.store.read(lambda tx: tx.bookings.get(slot.id)).status == "confirmed"


def test_the_job_on_the_other_laser_is_asked_to_finish_and_never_cut_from_here(lasers: Floor) -> None:
    shared(lasers)
    journal, until = Journal("j2"), (NOW + HOUR).isoformat().replace("+00:00", "Z")
    journal.write("session-start", NOW, "s2", who=lasers.people.bram, kind="use", until=until)
    journal.write("power-on", NOW, "s2")
    lasers.store.write(lambda tx: metering.take(tx, BESIDE, journal.batch(), NOW))
    says(lasers, Journal(), "inhibit-set")
    assert stops(lasers) == [(BESIDE, "extraction")]


def test_who_works_on_the_other_laser_under_his_own_lock_is_not_asked_to_end(lasers: Floor) -> None:
    shared(lasers)
    journal, until = Journal("j2"), (NOW + HOUR).isoformat().replace("+00:00", "Z")
    journal.write("session-start", NOW, "s2", who=lasers.people.dora, kind="maintenance", until=until)
    lasers.store.write(lambda tx: metering.take(tx, BESIDE, journal.batch(), NOW))
    says(lasers, Journal(), "inhibit-set")
    assert stops(lasers) == []


def test_it_is_back_only_when_every_box_that_missed_it_has_it_again(lasers: Floor) -> None:
    shared(lasers)
    one, two = Journal(), Journal("j2")
    says(lasers, one, "inhibit-set")
    says(lasers, two, "inhibit-set", node=BESIDE)
    says(lasers, one, "inhibit-lifted")
    assert lacks(lasers) == ("extraction",)
    says(lasers, two, "boot", node=BESIDE)  # a keeper that starts reads its contact anew
    assert lacks(lasers) == ()


def test_what_staff_said_of_it_stands_when_the_air_flows_and_staff_lift_what_a_silent_box_missed(
    lasers: Floor,
) -> None:
    fan, journal, who = shared(lasers), Journal(), lasers.people.dora
    says(lasers, journal, "inhibit-set")
    failure = Failure(fan.id, None, "the belt is torn")
    lasers.store.write(lambda tx: resources.take_down(tx, by(tx, who), failure, NOW))
    says(lasers, journal, "inhibit-lifted")
    assert lacks(lasers) == ("extraction",)
    says(lasers, journal, "inhibit-set")
    lasers.store.write(lambda tx: resources.bring_up(tx, by(tx, who), fan.id, NOW))
    assert lacks(lasers) == ()


@pytest.mark.parametrize(
    ("kinds", "inhibit", "kind"),
    [
        (
            ("inhibit-set", "inhibit-lifted"),
            "extraction",
            ResourceKind.EXTRACTION,
        ),  # over before it was heard
        (("inhibit-set", "boot"), "extraction", ResourceKind.EXTRACTION),
        (("inhibit-set",), "estop", ResourceKind.EXTRACTION),
        (("inhibit-set",), "extraction", ResourceKind.COMPRESSOR),
    ],
)
def test_the_other_laser_stays_up_where_the_air_that_they_share_is_not_away(
    lasers: Floor, kinds, inhibit, kind
) -> None:
    shared(lasers, kind)
    says(lasers, Journal(), *kinds, inhibit=inhibit)
    assert lacks(lasers) == ()


def test_a_laser_that_is_let_go_takes_its_own_missing_air_with_it(lasers: Floor) -> None:
    fan, who = shared(lasers), lasers.people.dora
    says(lasers, Journal(), "inhibit-set")
    said = ("big fan", ("LAS-2",))
    lasers.store.write(lambda tx: resources.save(tx, by(tx, who), fan.id, said, NOW))
    assert lacks(lasers) == ()


def test_e33_the_air_of_both_runs_on_as_long_as_the_longer_of_them_asks_for(lasers: Floor) -> None:
    rules(lasers, "LAS-1", run_on_s=60)
    rules(lasers, "LAS-2", run_on_s=180)
    assert (run_on_s(lasers), run_on_s(lasers, BESIDE)) == (60, 180)
    fan, who = shared(lasers), lasers.people.dora
    assert (run_on_s(lasers), run_on_s(lasers, BESIDE)) == (180, 180)
    rules(lasers, "LAS-2", run_on_s=90)
    assert (run_on_s(lasers), run_on_s(lasers, BESIDE)) == (90, 90)
    rules(lasers, "LAS-1", run_on_s=120)
    assert (run_on_s(lasers), run_on_s(lasers, BESIDE)) == (120, 120)
    lasers.store.write(lambda tx: resources.save(tx, by(tx, who), fan.id, ("big fan", ("LAS-1",)), NOW))
    assert (run_on_s(lasers), run_on_s(lasers, BESIDE)) == (120, 90)


def test_a_compressor_makes_no_run_on_longer(lasers: Floor) -> None:
    rules(lasers, "LAS-2", run_on_s=180)
    shared(lasers, ResourceKind.COMPRESSOR, "compressor")
    assert run_on_s(lasers) == 0
