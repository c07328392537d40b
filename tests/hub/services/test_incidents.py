"""What nearly went wrong is written down by staff, closed by what was done, and kept for whom it concerned (R50, E41)."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from core.timeline import stamp
from core.vocabulary import Reason
from hub.ports import Incident, IncidentKind
from hub.services import incidents
from hub.services.erasing import erase
from hub.services.exporting import everything
from hub.services.incidents import Happened
from hub.services.refused import Refused
from hub.words import Voice
from tests.cast import ADC, NOW
from tests.hub.services.desk import HOUR, TICK, by
from tests.hub.services.floor import Floor

MISS = IncidentKind.NEAR_MISS


def happened(**more) -> Happened:
    said = {"kind": MISS, "machine": "LAS-1", "at": NOW - HOUR, "words": "a sleeve near the belt"}
    return Happened(**said | more)


def logged(floor: Floor, what: Happened, who: str = "dora"):
    return floor.store.write(lambda tx: incidents.log(tx, by(tx, floor.people.ids[who]), ADC, what, NOW))


def changed(floor: Floor, seen: Incident, who: str = "max", **values):
    person = floor.people.ids[who]
    return floor.store.write(lambda tx: incidents.change(tx, by(tx, person), seen, values, NOW + HOUR))


def test_a_near_miss_is_closed_by_what_was_done_and_opened_again_when_that_was_not_all(both_floor: Floor):
    bram, max_ = both_floor.people.bram, both_floor.people.max
    made = logged(both_floor, happened(concerned=(bram, bram)))
    assert (made.concerned, made.closed) == ((bram,), None)
    nothing = changed(both_floor, made, closed=True)
    assert nothing.objections[0].params == {"field": "done"}
    closed = changed(both_floor, made, closed=True, done=" a guard ")
    assert (closed.done, closed.closed, closed.closed_by) == ("a guard", NOW + HOUR, max_)
    again = changed(both_floor, closed, closed=False)
    assert (again.closed, again.closed_by, again.done) == (None, None, "a guard")
    shown = both_floor.store.read(lambda tx: tx.incidents.page(ADC))
    assert list(shown) == [again]


def test_who_was_second_is_told_and_what_the_first_wrote_stands(floor: Floor):
    made = logged(floor, happened())
    first = changed(floor, made, words="a glove near the belt")
    second = changed(floor, made, who="dora", words="nothing at all")
    assert (first.words, second.code) == ("a glove near the belt", Reason.CHANGED)
    assert floor.store.read(lambda tx: tx.incidents.get(made.id)) == first


@pytest.mark.parametrize("who", ["amelie", "tom", "olga"])
def test_only_staff_of_the_lab_write_it_down_or_close_it(floor: Floor, who: str):
    assert logged(floor, happened(), who).code is Reason.FORBIDDEN
    made = logged(floor, happened())
    assert changed(floor, made, who, done="x", closed=True).code is Reason.FORBIDDEN


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"at": NOW + TICK}, "at"),
        ({"at": NOW - timedelta(days=3660)}, "at"),
        ({"machine": "LAS-9"}, "machine"),
        ({"words": "  "}, "words"),
        ({"concerned": ("nobody",)}, "concerned"),
    ],
)
def test_what_makes_no_sense_is_not_written_down(floor: Floor, wrong, field: str):
    answer = logged(floor, happened(**wrong))
    assert isinstance(answer, Refused)
    assert answer.objections[0].params == {"field": field}
    assert floor.store.read(lambda tx: tx.incidents.page(ADC)) == []


def test_what_happens_at_this_very_moment_may_be_written_down(floor: Floor):
    assert not isinstance(logged(floor, happened(at=NOW)), Refused)


def test_somebody_of_another_lab_was_not_concerned(floor: Floor):
    assert (
        logged(floor, happened(concerned=(floor.people.olga,))).objections[0].params["field"] == "concerned"
    )


def test_e41_for_24_months_the_house_knows_whom_it_concerned_and_not_a_tick_longer(both_floor: Floor):
    store, bram = both_floor.store, both_floor.people.bram
    then = NOW - incidents.HELD
    kept = logged(both_floor, happened(at=then, concerned=(bram,)))
    logged(both_floor, happened(at=then - TICK, concerned=(bram,)))
    logged(both_floor, happened(concerned=(both_floor.people.amelie,)))
    assert list(store.read(lambda tx: incidents.held_because_of(tx, bram, NOW))) == [kept]


def test_the_audit_says_who_closed_it_and_holds_no_word_of_it(floor: Floor):
    made = logged(floor, happened(concerned=(floor.people.bram,)))
    changed(floor, made, closed=True, done="a guard")
    told = floor.store.read(lambda tx: tx.audit.newest(ADC, 2))
    assert [one.action for one in told] == ["incident.closed", "incident.logged"]
    assert [
        word for word in ("sleeve", "guard", floor.people.bram) if word in "".join(one.data for one in told)
    ] == []


def test_whom_it_concerned_finds_it_in_the_export_without_the_words_of_the_staff(floor: Floor):
    made = logged(floor, happened(concerned=(floor.people.bram,)))
    held = floor.store.read(lambda tx: everything(tx, by(tx, floor.people.bram)))
    assert [one.id for one in held.incidents] == [made.id]


def test_e41_who_wants_to_be_forgotten_is_told_until_when_an_incident_keeps_him_and_not_a_tick_longer(
    floor: Floor,
):
    made = logged(floor, happened(concerned=(floor.people.bram,)))

    def forgets(now):
        return floor.store.write(lambda tx: erase(tx, by(tx, floor.people.bram), now))

    over = made.at + incidents.HELD
    for now in (NOW, over):
        kept = forgets(now)
        assert (kept.code, kept.objections[0].params) == (
            Reason.FORBIDDEN,
            {"why": "incident", "until": stamp(over)},
        )
    assert "24/11/2028" in Voice("nl", ZoneInfo("Europe/Brussels")).say(kept.code, kept.objections[0].params)
    assert not isinstance(forgets(over + TICK), Refused)
    assert floor.store.read(lambda tx: tx.incidents.get(made.id)).concerned == (floor.people.bram,)
