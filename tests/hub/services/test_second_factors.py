"""Whose hand holds the badge? Presence, PINs, badges that rest, and what a supervisor hears of (R29, R57)."""

from datetime import datetime, timedelta

import pytest

from core.rulebook import Level
from core.timeline import stamp
from core.vocabulary import BadgeState, Purpose, Reason, Risk, StopReason
from core.wire.messages import Answer, Ask, Badge
from core.wire.seal import Keys, badge_key, hidden
from hub.ports import Parcel, ProofKind, RuleSet, Session, Tx
from hub.services import asking, granting, metering, pins, presence, resting, supervised
from hub.services.enrolling import enrol_badge, rest_badge
from hub.services.refused import Refused
from tests.cast import ADC, NOW, machine
from tests.hub.services.floor import NODE, NODE_KEY, VAULT, Floor, Journal

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
TICK = timedelta(milliseconds=1)
PIN = "4071"
MILL_KEY = bytes(range(32, 64))


def asked(
    floor: Floor, name: str, purpose: Purpose, at: datetime = NOW, pin: str | None = None, nonce: str = "n"
) -> Answer:
    secret = None if pin is None else hidden(Keys.of(NODE_KEY).conceal, pin.encode(), nonce)
    ask = Ask("q", nonce, at, Badge(floor.key(name)), purpose, secret)
    answer = asking.asked(floor.store, NODE, ask, VAULT, at)
    assert answer is not None
    return answer


def codes(answer: Answer) -> list[Reason]:
    return [one.code for one in answer.decision.objections]


def person(tx: Tx, floor: Floor, name: str):
    found = tx.people.get(getattr(floor.people, name))
    assert found is not None
    return found


def confirm(floor: Floor, name: str, at: datetime = NOW) -> None:
    floor.store.write(lambda tx: presence.confirm(tx, person(tx, floor, name), ADC, at))


def set_pin(floor: Floor, name: str, digits: str = PIN) -> Refused | None:
    kept = pins.sealed(VAULT, getattr(floor.people, name), digits)
    if not isinstance(kept, Refused):
        floor.store.write(lambda tx: pins.set_pin(tx, person(tx, floor, name), kept, NOW))
        return None
    return kept


def typed(floor: Floor, name: str, digits: str, vault=VAULT) -> pins.Weighed:
    guess = floor.store.read(lambda tx: pins.guess(tx, his_badge(floor, name), digits, NOW))
    return pins.weigh(vault, guess)


def checked(floor: Floor, name: str, weighed: pins.Weighed | None) -> pins.Verdict:
    badge = his_badge(floor, name)
    return floor.store.write(lambda tx: pins.check(tx, badge, weighed, NODE, NOW))


def letters(floor: Floor, name: str) -> list[str]:
    def read(tx: Tx) -> list[Parcel]:
        return list(tx.outbox.latest("mail", getattr(floor.people, name), NOW - HOUR))

    return [parcel.payload["template"] for parcel in floor.store.write(read)]


def his_badge(floor: Floor, name: str):
    return floor.store.read(lambda tx: tx.badges.of(getattr(floor.people, name))[0])


def needs_pin(floor: Floor) -> None:
    new = RuleSet(ADC, Level.MACHINE, "LAS-1", 1, {"needs_pin": True}, "copies", floor.people.max, NOW)
    floor.store.write(lambda tx: tx.rules.save(new))


# -- presence


def test_a_trainers_badge_alone_is_no_supervisor_of_a_laser(both_floor: Floor) -> None:
    assert codes(asked(both_floor, "tom", Purpose.SUPERVISE)) == [Reason.SUPERVISOR_INVALID]
    confirm(both_floor, "tom")
    assert asked(both_floor, "tom", Purpose.SUPERVISE).decision.allowed


def test_his_word_that_he_is_there_counts_for_four_hours(floor: Floor) -> None:
    confirm(floor, "tom")
    assert asked(floor, "tom", Purpose.SUPERVISE, NOW + 4 * HOUR - TICK).decision.allowed
    assert codes(asked(floor, "tom", Purpose.SUPERVISE, NOW + 4 * HOUR)) == [Reason.SUPERVISOR_INVALID]


def test_who_has_a_pin_reads_that_it_would_do_and_typed_it_does(floor: Floor) -> None:
    set_pin(floor, "tom")
    assert codes(asked(floor, "tom", Purpose.SUPERVISE)) == [Reason.SUPERVISOR_INVALID, Reason.PIN_NEEDED]
    assert codes(asked(floor, "tom", Purpose.SUPERVISE, pin="9134")) == [Reason.PIN_NEEDED]
    assert asked(floor, "tom", Purpose.SUPERVISE, pin=PIN).decision.allowed


def test_whoever_leaves_is_believed_no_more_and_his_learner_has_five_minutes(floor: Floor) -> None:
    confirm(floor, "tom")
    runs(floor, "nils", "tom")
    gone = floor.store.write(lambda tx: presence.leave(tx, person(tx, floor, "tom"), ADC, NOW + MINUTE))
    assert gone == 1
    (order,) = orders(floor)
    assert (order["order"], order["session"], order["args"]) == ("stop", "s1", {"wind_down": True})
    assert not asked(floor, "tom", Purpose.SUPERVISE, NOW + MINUTE).decision.allowed


# -- what the supervisor hears


def runs(floor: Floor, who: str, responsible: str, at: datetime = NOW, minutes: int | None = None) -> Journal:
    """A supervised session at LAS-1, as the node writes it down."""
    people = floor.people
    supervisor, trainee = getattr(people, responsible), getattr(people, who)
    said = {"who": trainee, "kind": "use", "until": stamp(at + HOUR), "responsible": supervisor}
    journal = Journal().write("session-start", at, "s1", **said).write("power-on", at, "s1")
    journal.write("supervise", at, "s1", supervisor=supervisor, trainee=trainee)
    if minutes is not None:
        ended = {"reason": "badge-out", "end_quality": "exact", "power_s": minutes * 60, "busy_s": 0}
        journal.write("session-end", at + minutes * MINUTE, "s1", **ended)
    take(floor, journal, at)
    return journal


def take(floor: Floor, journal: Journal, at: datetime = NOW, node: str = NODE) -> None:
    floor.store.write(lambda tx: metering.take(tx, node, journal.batch(), at, VAULT))


def orders(floor: Floor, node: str = NODE) -> list[dict]:
    return floor.store.write(
        lambda tx: [dict(one.payload) for one in tx.outbox.latest("order", node, NOW - HOUR)]
    )


def test_each_start_in_toms_name_is_told_to_him_and_not_each_hours_tap(both_floor: Floor) -> None:
    journal = runs(both_floor, "nils", "tom")
    people = both_floor.people
    journal.write("supervise", NOW + HOUR, "s1", supervisor=people.tom, trainee=people.nils)
    take(both_floor, journal, NOW + HOUR)
    assert letters(both_floor, "tom") == ["supervised.started"]


def test_that_was_not_me_stops_it_softly_and_rests_his_badge_and_calls_the_staff(both_floor: Floor) -> None:
    runs(both_floor, "nils", "tom")
    floor = both_floor

    def deny(tx: Tx) -> Session | Refused:
        return supervised.not_me(tx, person(tx, floor, "tom"), "s1", NOW + MINUTE)

    assert isinstance(floor.store.write(deny), Session)
    (order,) = orders(floor)
    assert (order["order"], order["reason"], order["session"]) == ("stop", StopReason.REVOKED, "s1")
    assert his_badge(floor, "tom").rest_why == resting.Why.NOT_ME
    assert {"supervision.denied", "badge.resting"} <= set(letters(floor, "dora"))
    assert codes(asked(floor, "tom", Purpose.SUPERVISE, NOW + MINUTE)) == [Reason.SEE_DESK]


def test_nobody_denies_what_was_done_in_anothers_name(floor: Floor) -> None:
    runs(floor, "nils", "tom")
    for name in ("amelie", "nils", "dora"):
        refusal = floor.store.write(lambda tx, n=name: supervised.not_me(tx, person(tx, floor, n), "s1", NOW))
        assert isinstance(refusal, Refused)
    assert orders(floor) == []


def test_whoever_takes_the_learner_over_answers_for_her(floor: Floor) -> None:
    journal = runs(floor, "nils", "tom")
    people = floor.people
    journal.write("supervise", NOW + MINUTE, "s1", supervisor=people.max, trainee=people.nils)
    take(floor, journal, NOW + MINUTE)
    assert floor.store.read(lambda tx: tx.sessions.get("s1")).responsible == people.max
    assert letters(floor, "max").count("supervised.started") == 1


# -- PIN


@pytest.mark.parametrize("digits", ["", "123", "1234", "9876", "7777", "12a4", "123456789", "４０７１"])
def test_what_everybody_tries_first_is_no_pin(floor: Floor, digits: str) -> None:
    refusal = set_pin(floor, "amelie", digits)
    assert isinstance(refusal, Refused)
    assert refusal.code is Reason.INVALID


def test_the_database_alone_says_nothing_of_a_pin(floor: Floor) -> None:
    set_pin(floor, "amelie")
    kept = floor.store.write(lambda tx: tx.assurance.pin(floor.people.amelie))
    assert PIN not in kept.hash
    other = type(VAULT)(bytes(range(32)))  # the same digits, another key outside the database
    assert not typed(floor, "amelie", PIN, other).right
    assert typed(floor, "amelie", PIN).right


def test_a_machine_that_wants_a_pin_books_nothing_before_it_is_right(both_floor: Floor) -> None:
    floor = both_floor
    needs_pin(floor)
    set_pin(floor, "amelie")
    assert codes(asked(floor, "amelie", Purpose.WALK_UP)) == [Reason.PIN_NEEDED]
    assert codes(asked(floor, "amelie", Purpose.WALK_UP, pin="1111")) == [Reason.PIN_NEEDED]
    assert floor.store.read(lambda tx: tx.bookings.taken("LAS-1", NOW, NOW + HOUR)) == []
    assert asked(floor, "amelie", Purpose.WALK_UP, pin=PIN).decision.allowed


def test_who_has_set_none_reads_that_one_is_needed(floor: Floor) -> None:
    needs_pin(floor)
    assert codes(asked(floor, "amelie", Purpose.WALK_UP, pin=PIN)) == [Reason.PIN_NEEDED]


def test_the_view_says_that_a_pin_is_needed_and_never_which(floor: Floor) -> None:
    needs_pin(floor)
    set_pin(floor, "amelie")
    body = floor.store.read(lambda tx: granting.view_body(tx, NODE, VAULT, NOW))
    grant = next(one for one in body["grants"] if one["who"] == floor.people.amelie)
    assert grant["pin"] is True
    assert PIN not in str(body)


def test_the_fifth_wrong_pin_within_a_quarter_rests_the_badge_and_a_right_one_begins_anew(
    floor: Floor,
) -> None:
    set_pin(floor, "amelie")
    for number in range(4):
        asked(floor, "amelie", Purpose.WALK_UP, NOW + number * SECOND, pin="1111")
    assert asked(floor, "amelie", Purpose.WALK_UP, NOW + 5 * SECOND, pin=PIN).decision.allowed
    for number in range(5):
        assert his_badge(floor, "amelie").rests is None
        asked(floor, "amelie", Purpose.SUPERVISE, NOW + (10 + number) * SECOND, pin="1111")
    assert his_badge(floor, "amelie").rest_why == resting.Why.WRONG_PINS
    assert codes(asked(floor, "amelie", Purpose.WALK_UP, NOW + 20 * SECOND, pin=PIN)) == [Reason.SEE_DESK]


def test_a_wrong_pin_is_forgotten_after_a_quarter_of_an_hour(floor: Floor) -> None:
    set_pin(floor, "amelie")
    first = [NOW + number * SECOND for number in range(4)]
    later = first[-1] + 15 * MINUTE
    for at in (*first, later, later, later, later):
        asked(floor, "amelie", Purpose.WALK_UP, at, pin="1111")
        assert his_badge(floor, "amelie").rests is None
    asked(floor, "amelie", Purpose.WALK_UP, later, pin="1111")
    assert his_badge(floor, "amelie").rests == later


def test_guesses_typed_at_five_tablets_at_once_are_counted_one_by_one(both_floor: Floor) -> None:
    floor = both_floor
    set_pin(floor, "amelie")
    wrong = [typed(floor, "amelie", f"1{number}11") for number in range(5)]
    right = typed(floor, "amelie", PIN)  # all weighed before any was counted
    assert {checked(floor, "amelie", one) for one in wrong} == {pins.Verdict.WRONG}
    assert his_badge(floor, "amelie").rest_why == resting.Why.WRONG_PINS
    assert checked(floor, "amelie", right) is pins.Verdict.WRONG
    assert floor.store.read(lambda tx: pins.guess(tx, his_badge(floor, "amelie"), PIN, NOW)) is None


def test_whoever_holds_two_badges_or_one_that_cannot_be_copied_has_no_more_guesses(both_floor: Floor) -> None:
    floor = both_floor
    set_pin(floor, "amelie")
    badge = his_badge(floor, "amelie")
    aes = type(badge)(**{**{name: getattr(badge, name) for name in badge.__slots__}, "kind": "aes"})
    right = typed(floor, "amelie", PIN)

    def five_wrong_and_a_right_one(tx: Tx) -> list[pins.Verdict]:
        return [pins.check(tx, aes, one, NODE, NOW) for one in (None, None, None, None, None, right)]

    assert set(floor.store.write(five_wrong_and_a_right_one)) == {pins.Verdict.WRONG}
    assert floor.store.read(lambda tx: pins.guess(tx, aes, PIN, NOW)) is None
    again = floor.store.write(lambda tx: pins.check(tx, aes, right, NODE, NOW + pins.WINDOW))
    assert again is pins.Verdict.RIGHT


def test_a_pin_changed_while_another_was_weighed_is_not_opened_by_the_old_one(both_floor: Floor) -> None:
    floor = both_floor
    set_pin(floor, "amelie")
    old = typed(floor, "amelie", PIN)
    set_pin(floor, "amelie", "8250")
    assert checked(floor, "amelie", old) is pins.Verdict.WRONG
    assert len(floor.store.read(lambda tx: tx.assurance.pin(floor.people.amelie)).wrong) == 1
    assert checked(floor, "amelie", typed(floor, "amelie", "8250")) is pins.Verdict.RIGHT


def test_nobodys_booking_waits_for_somebodys_digits(both_floor: Floor, monkeypatch) -> None:
    floor, writing, stretched = both_floor, [], []
    write, stretch = floor.store.write, pins._stretched

    def told(fn):
        def run(tx):
            writing.append(1)
            try:
                return fn(tx)
            finally:
                writing.pop()

        return write(run)

    def long(*given):
        stretched.append(bool(writing))
        return stretch(*given)

    monkeypatch.setattr(floor.store, "write", told)
    monkeypatch.setattr(pins, "_stretched", long)
    set_pin(floor, "amelie")
    assert asked(floor, "amelie", Purpose.WALK_UP, pin=PIN).decision.allowed
    assert stretched == [False, False]


def test_whoever_wakes_his_badge_has_all_his_guesses_again(floor: Floor) -> None:
    set_pin(floor, "amelie")
    for _ in range(5):
        checked(floor, "amelie", None)
    badge = his_badge(floor, "amelie")
    floor.store.write(lambda tx: resting.revive(tx, person(tx, floor, "amelie"), badge.id, NOW))
    assert checked(floor, "amelie", typed(floor, "amelie", PIN)) is pins.Verdict.RIGHT


# -- one badge, two places


def mill(floor: Floor, risk: Risk = Risk.MEDIUM) -> None:
    """A second machine with a node of its own, for holders of GEN."""

    def put_up(tx: Tx) -> None:
        tx.machines.add_family(ADC, "cnc-small", {"en": "mill"}, risk, {})
        tx.machines.add(machine("CNC-2", "cnc-small", ("GEN",)))
        tx.nodes.add("cnc-2", ADC, "CNC-2", VAULT.seal(MILL_KEY), NOW)

    floor.store.write(put_up)


def tap(
    floor: Floor, name: str, at: datetime, node: str, *, journal: Journal | None = None, told: datetime = NOW
) -> None:
    key = badge_key(Keys.of(NODE_KEY if node == NODE else MILL_KEY).badge, floor.uids[name])
    told_by = journal or Journal(f"{node}-{at}")
    take(floor, told_by.write("tap", at, None, key=key, allowed=True, reasons=[]), told, node)


def works(floor: Floor, name: str, minutes: int | None = None) -> None:
    """He works at LAS-1 since NOW (for so many minutes)."""
    said = {"who": getattr(floor.people, name), "kind": "use", "until": stamp(NOW + HOUR)}
    journal = Journal("las").write("session-start", NOW, "s1", **said).write("power-on", NOW, "s1")
    if minutes is not None:
        ended = {"reason": "badge-out", "end_quality": "exact", "power_s": minutes * 60, "busy_s": 0}
        journal.write("session-end", NOW + minutes * MINUTE, "s1", **ended)
    tap(floor, name, NOW + TICK, NODE, journal=journal)


@pytest.mark.parametrize(("after", "rests"), [(60 * SECOND, True), (60 * SECOND + TICK, False)])
def test_a_badge_at_two_machines_within_a_minute_rests_and_its_session_goes_on(
    both_floor: Floor, after: timedelta, rests: bool
) -> None:
    floor = both_floor
    mill(floor)
    works(floor, "amelie")
    tap(floor, "amelie", NOW + TICK + after, "cnc-2")
    assert (his_badge(floor, "amelie").rests is not None) is rests
    assert orders(floor) == []  # nothing is stopped
    assert ("badge.rests.two-places" in letters(floor, "amelie")) is rests
    assert ("badge.resting" in letters(floor, "dora")) is rests


def test_it_is_found_in_whichever_order_the_nodes_tell(floor: Floor) -> None:
    mill(floor)
    tap(floor, "amelie", NOW + 30 * SECOND, "cnc-2")
    assert his_badge(floor, "amelie").rests is None
    works(floor, "amelie")
    assert his_badge(floor, "amelie").rests is not None


def test_who_taps_out_and_walks_to_the_next_machine_is_one_person(floor: Floor) -> None:
    mill(floor)
    works(floor, "amelie", minutes=10)
    out = NOW + 10 * MINUTE
    tap(floor, "amelie", out, NODE)
    tap(floor, "amelie", out + 20 * SECOND, "cnc-2")
    assert his_badge(floor, "amelie").rests is None


def test_two_badges_of_one_person_at_two_machines_are_no_copy(floor: Floor) -> None:
    mill(floor)
    second = bytes.fromhex("04beef00beef00")
    floor.store.write(lambda tx: enrol_badge(tx, VAULT, floor.people.amelie, second, floor.people.dora, NOW))
    works(floor, "amelie")
    key = badge_key(Keys.of(MILL_KEY).badge, second)
    journal = Journal("mill").write("tap", NOW + SECOND, None, key=key, allowed=True, reasons=[])
    take(floor, journal, NOW, "cnc-2")
    assert all(one.rests is None for one in floor.store.read(lambda tx: tx.badges.of(floor.people.amelie)))


def test_a_badge_that_rests_opens_no_laser_and_its_owner_wakes_it(both_floor: Floor) -> None:
    floor = both_floor
    badge = his_badge(floor, "amelie")
    floor.store.write(lambda tx: resting.rest(tx, badge, resting.Why.TWO_PLACES, NOW))
    view = floor.store.read(lambda tx: granting.view_of_node(tx, NODE, VAULT, NOW))
    assert floor.key("amelie") not in view.grants
    assert codes(asked(floor, "amelie", Purpose.WALK_UP)) == [Reason.SEE_DESK]
    for stranger in ("bram", "dora"):
        refusal = floor.store.write(
            lambda tx, n=stranger: resting.revive(tx, person(tx, floor, n), badge.id, NOW)
        )
        assert isinstance(refusal, Refused)
    floor.store.write(lambda tx: resting.revive(tx, person(tx, floor, "amelie"), badge.id, NOW))
    assert asked(floor, "amelie", Purpose.WALK_UP).decision.allowed


def test_a_badge_that_cannot_be_copied_never_rests(floor: Floor) -> None:
    badge = his_badge(floor, "amelie")
    aes = type(badge)(**{**{name: getattr(badge, name) for name in badge.__slots__}, "kind": "aes"})
    assert not floor.store.write(lambda tx: resting.rest(tx, aes, resting.Why.TWO_PLACES, NOW))


def test_a_lost_badge_that_is_tapped_calls_the_staff_once_an_hour_and_names_nobody(both_floor: Floor) -> None:
    floor = both_floor
    badge = his_badge(floor, "bram")
    floor.store.write(lambda tx: rest_badge(tx, badge.id, BadgeState.LOST, floor.people.dora, NOW))
    journal = Journal("las")
    for number in range(3):
        journal.write(
            "tap", NOW + number * SECOND, None, key=floor.key("bram"), allowed=False, reasons=["SEE_DESK"]
        )
    take(floor, journal)
    told = floor.store.write(lambda tx: tx.outbox.latest("mail", floor.people.dora, NOW - HOUR))
    (alert,) = [one for one in told if one.payload["template"] == "badge.lost-tapped"]
    assert alert.payload["params"] == {"machine": "LAS-1", "about": badge.id}


def test_a_pin_typed_at_one_node_says_nothing_at_another(floor: Floor) -> None:
    set_pin(floor, "tom")
    assert checked(floor, "tom", typed(floor, "tom", PIN)) is pins.Verdict.RIGHT
    here = floor.store.read(lambda tx: presence.sure(tx, floor.people.tom, NODE, NOW + MINUTE))
    there = floor.store.read(lambda tx: presence.sure(tx, floor.people.tom, "cnc-2", NOW + MINUTE))
    late = floor.store.read(lambda tx: presence.sure(tx, floor.people.tom, NODE, NOW + pins.COUNTS))
    assert (here, there, late) == (True, False, False)


def test_a_proof_that_was_ended_counts_no_more(both_floor: Floor) -> None:
    confirm(both_floor, "tom")
    both_floor.store.write(
        lambda tx: tx.assurance.end_proofs(both_floor.people.tom, ProofKind.PRESENCE, NOW + MINUTE)
    )
    assert both_floor.store.read(lambda tx: tx.assurance.proofs(both_floor.people.tom, NOW + MINUTE)) == []


def test_a_trainer_with_a_pin_is_asked_for_it_at_a_sign_off_and_one_without_is_not(both_floor: Floor) -> None:
    assert asked(both_floor, "tom", Purpose.SIGN_OFF).decision.allowed
    assert codes(asked(both_floor, "amelie", Purpose.SIGN_OFF)) == [Reason.SUPERVISOR_INVALID]
    set_pin(both_floor, "tom")
    assert codes(asked(both_floor, "tom", Purpose.SIGN_OFF)) == [Reason.PIN_NEEDED]
    assert asked(both_floor, "tom", Purpose.SIGN_OFF, pin=PIN).decision.allowed
    assert asked(both_floor, "tom", Purpose.SIGN_OFF, NOW + MINUTE).decision.allowed
    assert codes(asked(both_floor, "tom", Purpose.SIGN_OFF, NOW + pins.COUNTS)) == [Reason.PIN_NEEDED]
