"""What do the nodes get to know, and when is it sent anew?"""

from datetime import datetime, timedelta

from core.access import decide
from core.case import Situation
from core.views import view_body
from core.vocabulary import BadgeState, GrantLevel, LockKind, MachineStatus, MemberStatus, Reason
from hub.ports import Closure
from hub.ports.people import GRACE
from hub.services import certifying, granting, locking_out
from hub.services.enrolling import rest_badge
from hub.services.giving_back import cancel
from hub.services.known import known_at
from hub.services.reserving import Wish, reserve
from tests.cast import ADC, NOW
from tests.hub.services.floor import NODE, VAULT, Floor

HOUR = timedelta(hours=1)


def rev(floor: Floor) -> int:
    return floor.store.read(lambda tx: tx.nodes.get(NODE)).view_rev


def seen(floor: Floor, now: datetime = NOW):
    return floor.store.read(lambda tx: granting.view_of_node(tx, NODE, VAULT, now))


def waiting(floor: Floor) -> list[tuple[str, str]]:
    due = floor.store.write(lambda tx: tx.outbox.due(NOW + HOUR, ["view", "locks", "live"]))
    return [(one.kind, one.target) for one in due]


def test_members_with_the_certificate_stand_in_the_grants_and_the_others_with_what_they_lack(
    both_floor: Floor,
) -> None:
    view = seen(both_floor)
    may = {"amelie", "bram", "tom", "dora", "max"}
    alone = {key for key, grant in view.grants.items() if grant.level != GrantLevel.SUPERVISED}
    assert alone == {both_floor.key(name) for name in may}
    assert view.grants[both_floor.key("nils")].level == GrantLevel.SUPERVISED  # beside a supervisor (R29)
    assert view.grants[both_floor.key("tom")].level == GrantLevel.TRAINER
    assert both_floor.key("lise") not in view.grants
    assert {one.code for one in view.refusals[both_floor.key("nils")]} == {Reason.CERT_MISSING}
    assert {one.code for one in view.refusals[both_floor.key("lise")]} == {Reason.MEMBER_EXPIRED}
    assert both_floor.key("olga") not in {*view.grants, *view.refusals}


def test_the_view_holds_no_uid_no_surname_and_no_address(floor: Floor) -> None:
    body = str(view_body(seen(floor)))
    assert not any(uid.hex() in body.lower() for uid in floor.uids.values())
    assert "Tester" not in body
    assert "lab.example" not in body


def test_a_right_that_was_looked_up_before_ends_all_the_same(both_floor: Floor) -> None:
    amelie, store, ends = both_floor.people.amelie, both_floor.store, NOW + timedelta(days=8)
    store.write(lambda tx: tx.people.change(amelie, {"member_until": ends - GRACE}))

    def lacks(at: datetime) -> list[Reason]:
        def look(tx):
            house, known = known_at(tx, "LAS-1", amelie)
            return granting.right_in(house, known, house.machines["LAS-1"], at)

        return [one.code for one in store.read(look).missing]

    assert [lacks(at) for at in (NOW, ends - HOUR, ends, NOW)] == [[], [], [Reason.MEMBER_EXPIRED], []]


def test_two_nodes_name_the_same_badge_differently(floor: Floor) -> None:
    floor.store.write(lambda tx: tx.nodes.add("las-2", ADC, "LAS-2", VAULT.seal(bytes(32)), NOW))
    other = floor.store.read(lambda tx: granting.view_of_node(tx, "las-2", VAULT, NOW))
    assert not set(other.grants) & set(seen(floor).grants)


def test_a_reservation_raises_the_revision_and_stands_in_the_view(both_floor: Floor) -> None:
    before = rev(both_floor)
    wish = Wish("LAS-1", both_floor.people.bram, NOW + HOUR, NOW + 2 * HOUR, both_floor.people.bram)
    made = both_floor.store.write(lambda tx: reserve(tx, wish, NOW))
    assert rev(both_floor) == before + 1
    assert ("view", NODE) in waiting(both_floor)
    assert [one.id for one in seen(both_floor).bookings] == [made.id]
    assert seen(both_floor).rev == before + 1
    bram = both_floor.store.read(lambda tx: tx.people.get(both_floor.people.bram))
    both_floor.store.write(lambda tx: cancel(tx, made, bram, NOW))
    assert seen(both_floor).bookings == ()


def test_a_reservation_on_another_machine_leaves_the_view_alone(floor: Floor) -> None:
    wish = Wish("LAS-2", floor.people.bram, NOW + HOUR, NOW + 2 * HOUR, floor.people.bram)
    before = rev(floor)
    floor.store.write(lambda tx: reserve(tx, wish, NOW))
    assert rev(floor) == before


def test_a_lost_badge_a_suspended_member_and_a_closed_day_change_the_view(floor: Floor) -> None:
    def lose(tx):
        badge = tx.badges.of(floor.people.bram)[0]
        rest_badge(tx, badge.id, BadgeState.LOST, floor.people.dora, NOW)
        tx.people.change(floor.people.amelie, {"status": MemberStatus.SUSPENDED})
        tx.machines.add_closure(
            Closure("c1", ADC, None, NOW + HOUR, NOW + 3 * HOUR, "holiday", floor.people.dora, NOW)
        )
        granting.person_changed(tx, floor.people.bram, NOW)

    before = rev(floor)
    floor.store.write(lose)
    view = seen(floor)
    assert view.rev == before + 1
    for name in ("bram", "amelie"):
        assert [one.code for one in view.refusals[floor.key(name)]] == [Reason.SEE_DESK]
    assert decide(floor.key("tom"), view, NOW + 2 * HOUR, Situation()).objections[0].code is Reason.LAB_CLOSED


def test_passing_time_sends_a_view_only_when_it_says_something_new(floor: Floor) -> None:
    def refresh(now: datetime) -> int:
        return floor.store.write(lambda tx: granting.refresh(tx, VAULT, now))

    assert refresh(NOW) == 1
    assert refresh(NOW) == 0
    wish = Wish("LAS-1", floor.people.bram, NOW + 60 * HOUR, NOW + 61 * HOUR, floor.people.bram)
    floor.store.write(lambda tx: reserve(tx, wish, NOW))
    refresh(NOW)
    assert seen(floor).bookings == ()  # further away than the view reaches
    assert refresh(NOW + 24 * HOUR) == 1
    assert len(seen(floor, NOW + 24 * HOUR).bookings) == 1


def test_at_the_hubs_start_every_view_is_sent(floor: Floor) -> None:
    before = rev(floor)
    floor.store.write(lambda tx: granting.recompile_all(tx, NOW))
    assert rev(floor) == before + 1
    assert ("view", NODE) in waiting(floor)


def test_a_retired_or_unknown_node_gets_no_view(floor: Floor) -> None:
    assert floor.store.read(lambda tx: granting.view_body(tx, "las-9", VAULT, NOW)) is None


def decision(floor: Floor, name: str, at: datetime | None = None, machine: str = "LAS-1"):
    def ask(tx):
        person = tx.people.get(getattr(floor.people, name))
        return granting.decision_for(tx, person, tx.machines.get(machine), NOW, at)

    return floor.store.read(ask)


def test_why_not_tells_the_member_everything_and_the_next_step(both_floor: Floor) -> None:
    assert decision(both_floor, "amelie").allowed
    refused = decision(both_floor, "nils")
    assert [(one.code, one.params["course"], one.next) for one in refused.objections] == [
        (Reason.CERT_MISSING, "LAS1", "enrol")
    ]


def test_page_and_node_answer_alike(both_floor: Floor) -> None:
    view = seen(both_floor)
    for name in ("amelie", "nils", "lise"):
        page = decision(both_floor, name)
        node = decide(both_floor.key(name), view, NOW, Situation())
        assert [one.code for one in page.objections] == [one.code for one in node.objections]
        assert page.until == node.until


def test_asked_about_a_later_hour_every_holder_is_expected_to_come(floor: Floor) -> None:
    wish = Wish("LAS-1", floor.people.bram, NOW + HOUR, NOW + 2 * HOUR, floor.people.bram)
    floor.store.write(lambda tx: reserve(tx, wish, NOW))
    later = decision(floor, "amelie", NOW + HOUR + timedelta(minutes=30))
    assert [one.code for one in later.objections] == [Reason.RESERVED_OTHER]
    assert decision(floor, "bram", NOW + HOUR).until == NOW + 2 * HOUR


def test_a_lock_and_a_broken_machine_refuse_at_once(floor: Floor) -> None:
    floor.store.write(
        lambda tx: locking_out.lock(tx, floor.people.dora, "LAS-1", LockKind.LOCKOUT, "lens", NOW)
    )
    assert decision(floor, "amelie").objections[0].code is Reason.LOCKOUT
    floor.store.write(lambda tx: tx.machines.set_status("LAS-2", MachineStatus.OUT_OF_ORDER))
    assert decision(floor, "amelie", machine="LAS-2").objections[0].code is Reason.MACHINE_DOWN


def test_a_revoked_certificate_is_gone_from_the_next_view(floor: Floor) -> None:
    def revoke(tx):
        held = next(one for one in tx.certificates.of(floor.people.bram) if one.course == "LAS1")
        return certifying.revoke(tx, floor.people.dora, held.id, "left it burning", NOW)

    floor.store.write(revoke)
    view = seen(floor)
    assert floor.key("bram") not in view.grants
    assert [one.code for one in view.refusals[floor.key("bram")]] == [Reason.CERT_REVOKED]
