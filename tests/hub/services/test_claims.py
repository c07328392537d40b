"""What becomes of badges and signatures that are taken at a machine?"""

from datetime import datetime, timedelta

from core.vocabulary import CertificateState, Purpose, Reason, ReservationKind
from core.wire.messages import Answer, Ask, Badge
from core.wire.seal import Keys, hidden
from hub.ports import NewReservation, Parcel, Tx
from hub.services import asking, certifying, enrolling_at, metering, pins, signatures
from hub.services.enrolling_at import Opened
from hub.services.refused import Refused
from tests.cast import ADC, NOW
from tests.hub.services.floor import NODE, NODE_KEY, VAULT, Floor, Journal

SECOND = timedelta(seconds=1)
UID = bytes.fromhex("04deadbeef0102")


def online(floor: Floor) -> None:
    floor.store.write(lambda tx: tx.nodes.seen(NODE, NOW, {"online": True}))


def opened(floor: Floor, by: str = "dora", member: str = "nils") -> Opened | Refused:
    def open_(tx):
        return enrolling_at.open_at(
            tx, tx.people.get(getattr(floor.people, by)), getattr(floor.people, member), NODE, NOW
        )

    return floor.store.write(open_)


def laid(floor: Floor, uid: bytes = UID, after_s: int = 20, nonce: str = "n-1") -> Answer:
    at = NOW + after_s * SECOND
    secret = hidden(Keys.of(NODE_KEY).conceal, uid, nonce)
    ask = Ask("q1", nonce, at, Badge("k"), Purpose.ENROL, secret)
    answer = floor.store.write(lambda tx: asking.answer(tx, NODE, ask, VAULT, at))
    assert answer is not None
    return answer


def owner(floor: Floor, uid: bytes = UID) -> str | None:
    badge = floor.store.read(lambda tx: tx.badges.by_key(VAULT.key(uid)))
    return badge.person if badge else None


def codes(answer: Answer) -> list[Reason]:
    return [one.code for one in answer.decision.objections]


def test_dora_opens_it_for_nils_and_the_next_badge_is_his(both_floor: Floor) -> None:
    online(both_floor)
    made = opened(both_floor)
    assert isinstance(made, Opened)
    assert len(made.check) == 4
    assert laid(both_floor).decision.allowed
    assert owner(both_floor) == both_floor.people.nils


def test_it_takes_one_badge_and_for_ninety_seconds(floor: Floor) -> None:
    online(floor)
    opened(floor)
    assert codes(laid(floor, after_s=90)) == [Reason.FORBIDDEN]
    assert laid(floor, after_s=89).decision.allowed
    other = bytes.fromhex("04deadbeef0103")
    assert codes(laid(floor, other, 89, "n-2")) == [Reason.FORBIDDEN]
    assert owner(floor, other) is None


def test_nothing_is_taken_that_nobody_opened(floor: Floor) -> None:
    assert codes(laid(floor)) == [Reason.FORBIDDEN]


def test_a_badge_that_is_somebodys_is_refused_naming_nobody(floor: Floor) -> None:
    online(floor)
    opened(floor)
    answer = laid(floor, floor.uids["bram"])
    assert codes(answer) == [Reason.INVALID]
    assert answer.grant is None


def test_members_open_no_enrolment_and_an_offline_node_takes_none(floor: Floor) -> None:
    refusal = opened(floor)
    assert isinstance(refusal, Refused)
    assert refusal.code is Reason.NODE_OFFLINE
    online(floor)
    refusal = opened(floor, by="amelie")
    assert isinstance(refusal, Refused)
    assert refusal.code is Reason.FORBIDDEN


def test_what_is_no_hidden_uid_is_refused(floor: Floor) -> None:
    online(floor)
    opened(floor)
    ask = Ask("q1", "n-1", NOW, Badge("k"), Purpose.ENROL, "!" * 60)
    answer = floor.store.write(lambda tx: asking.answer(tx, NODE, ask, VAULT, NOW + SECOND))
    assert answer is not None
    assert codes(answer) == [Reason.INVALID]


def sign_off(journal: Journal, floor: Floor, trainer: str, trainee: str, at: datetime = NOW) -> Journal:
    people = floor.people
    said = {"trainer": getattr(people, trainer), "trainee": getattr(people, trainee), "course": "LAS1"}
    return journal.write("sign-off", at, None, **said, checks=["stop", "risks", "alone"], session=None)


def take(floor: Floor, journal: Journal) -> None:
    floor.store.write(lambda tx: metering.take(tx, NODE, journal.batch(), NOW))


def state(floor: Floor, name: str) -> CertificateState | None:
    def read(tx):
        shown = certifying.certificates_of(tx, getattr(floor.people, name), NOW + SECOND)
        return next((one.state for one in shown if one.course == "LAS1"), None)

    return floor.store.read(read)


def test_two_taps_at_the_machine_are_a_claim_and_no_certificate(both_floor: Floor) -> None:
    journal = sign_off(Journal(), both_floor, "tom", "nils")
    take(both_floor, journal)
    take(both_floor, journal)
    assert state(both_floor, "nils") is CertificateState.PRACTICAL
    events = both_floor.store.read(lambda tx: tx.certificates.events(both_floor.people.nils))
    assert [(one.kind, one.by) for one in events if one.course == "LAS1"] == [
        ("practical", both_floor.people.tom)
    ]


def test_amelie_who_does_not_train_signs_nothing_and_the_house_knows_of_it(floor: Floor) -> None:
    take(floor, sign_off(Journal(), floor, "amelie", "nils"))
    assert state(floor, "nils") is None
    assert "sign-off.refused" in [one.action for one in floor.store.read(lambda tx: tx.audit.read())]


def test_tom_does_not_sign_for_himself(floor: Floor) -> None:
    take(floor, sign_off(Journal(), floor, "tom", "tom"))
    events = floor.store.read(lambda tx: tx.certificates.events(floor.people.tom))
    assert "practical" not in [one.kind for one in events]


def test_the_thirteenth_claim_of_an_hour_is_refused_in_a_training_too(floor: Floor) -> None:
    training(floor)
    journal = Journal()
    for number in range(12):
        sign_off(journal, floor, "tom", "bram", NOW + number * SECOND)
    take(floor, sign_off(journal, floor, "tom", "nils", NOW + 12 * SECOND))
    assert state(floor, "nils") is None


def test_a_sign_off_of_a_course_that_is_not_the_machines_counts_nothing(floor: Floor) -> None:
    said = {"trainer": floor.people.tom, "trainee": floor.people.nils, "course": "CNC1"}
    take(floor, Journal().write("sign-off", NOW, None, **said))
    take(floor, Journal("j2").write("sign-off", NOW, None, trainer=7, trainee=None))
    assert state(floor, "nils") is None


def test_an_order_stays_to_be_looked_up_after_it_was_sent(floor: Floor) -> None:
    online(floor)
    opened(floor)

    def sent(tx) -> list[Parcel]:
        for parcel in tx.outbox.due(NOW, ["order"]):
            tx.outbox.done(parcel.id, NOW)
        return list(tx.outbox.latest("order", NODE, NOW - SECOND))

    (parcel,) = floor.store.write(sent)
    assert parcel.payload["args"]["person"] == floor.people.nils


# -- how far a signature goes (R28)


def provisional(floor: Floor, name: str, at: datetime = NOW + SECOND) -> list[Reason]:
    """Why not LAS1 alone, anywhere."""

    def read(tx: Tx) -> list[Reason]:
        shown = certifying.certificates_of(tx, getattr(floor.people, name), at)
        return [lack.code for one in shown if one.course == "LAS1" for lack in one.missing]

    return floor.store.read(read)


def letters(floor: Floor, name: str) -> list[str]:
    found = floor.store.write(
        lambda tx: tx.outbox.latest("mail", getattr(floor.people, name), NOW - timedelta(hours=1))
    )
    return [parcel.payload["template"] for parcel in found]


def training(floor: Floor, created: datetime = NOW - timedelta(days=1)) -> None:
    """Tom has planned a training at LAS-1 around NOW."""

    def plan(tx: Tx) -> None:
        seat = tx.machines.seats("LAS-1")[0].id
        span = (NOW - timedelta(minutes=30), NOW + timedelta(hours=2))
        new = NewReservation(ADC, "LAS-1", seat, floor.people.tom, *span, kind=ReservationKind.TRAINING)
        assert tx.bookings.add(new, created) is not None

    floor.store.write(plan)


def enrolled(floor: Floor, name: str) -> None:
    def enrol(tx: Tx) -> None:
        certificate = tx.certificates.open(ADC, getattr(floor.people, name), "LAS1")
        tx.certificates.record(certificate, "enrol", NOW - timedelta(days=1))

    floor.store.write(enrol)


def test_two_badges_alone_are_provisional_and_lapse_unconfirmed_after_seventy_two_hours(floor: Floor) -> None:
    take(floor, sign_off(Journal(), floor, "tom", "nils"))
    assert provisional(floor, "nils") == [Reason.CERT_PROVISIONAL]
    assert provisional(floor, "nils", NOW + timedelta(hours=72)) == [Reason.CERT_MISSING]
    assert letters(floor, "tom") == ["signature.provisional"]
    assert letters(floor, "nils") == ["certificate.provisional"]


def test_inside_a_training_that_was_planned_it_is_final_for_who_is_enrolled(both_floor: Floor) -> None:
    training(both_floor)
    enrolled(both_floor, "nils")
    take(both_floor, sign_off(Journal(), both_floor, "tom", "nils"))
    assert state(both_floor, "nils") is CertificateState.ACTIVE
    assert letters(both_floor, "tom") == ["signature.final"]


def test_a_training_put_in_the_calendar_when_it_had_begun_makes_nothing_final(floor: Floor) -> None:
    training(floor, created=NOW)
    enrolled(floor, "nils")
    take(floor, sign_off(Journal(), floor, "tom", "nils"))
    assert state(floor, "nils") is CertificateState.PRACTICAL


def test_who_came_by_chance_is_signed_provisionally_even_inside_a_training(floor: Floor) -> None:
    training(floor)
    take(floor, sign_off(Journal(), floor, "tom", "nils"))
    assert state(floor, "nils") is CertificateState.PRACTICAL


def test_with_toms_pin_typed_at_that_node_it_is_final_at_once(both_floor: Floor) -> None:
    badge = both_floor.store.read(lambda tx: tx.badges.of(both_floor.people.tom)[0])

    def typed(tx: Tx) -> pins.Verdict:
        tom = tx.people.get(both_floor.people.tom)
        assert tom is not None
        pins.set_pin(tx, tom, pins.sealed(VAULT, tom.id, "4071"), NOW)
        guess = pins.guess(tx, badge, "4071", NOW)
        return pins.check(tx, badge, pins.weigh(VAULT, guess), NODE, NOW)

    assert both_floor.store.write(typed) is pins.Verdict.RIGHT
    take(both_floor, sign_off(Journal(), both_floor, "tom", "nils", NOW + SECOND))
    assert state(both_floor, "nils") is CertificateState.ACTIVE


def test_outside_a_training_the_fourth_signature_of_an_hour_is_refused(floor: Floor) -> None:
    journal = Journal()
    for number in range(3):
        sign_off(journal, floor, "tom", "bram", NOW + number * SECOND)
    take(floor, sign_off(journal, floor, "tom", "nils", NOW + 3 * SECOND))
    assert provisional(floor, "nils", NOW + 4 * SECOND) == []
    again = Journal("j2")
    take(floor, sign_off(again, floor, "tom", "nils", NOW + timedelta(hours=1, seconds=3)))
    assert provisional(floor, "nils", NOW + timedelta(hours=1, seconds=4)) == [Reason.CERT_PROVISIONAL]


def test_offline_for_a_day_it_counts_from_the_moment_of_the_taps_and_once(both_floor: Floor) -> None:
    journal = sign_off(Journal(), both_floor, "tom", "nils", NOW - timedelta(days=1))
    take(both_floor, journal)
    take(both_floor, journal)
    events = both_floor.store.read(lambda tx: tx.certificates.events(both_floor.people.nils))
    (claim,) = [one for one in events if one.kind == "practical"]
    assert claim.data["lapses"] == "2026-11-26T08:00:00.000Z"


def signature(floor: Floor, of: str) -> signatures.Signature:
    tom = floor.store.read(lambda tx: tx.people.get(floor.people.tom))
    listed = floor.store.read(lambda tx: signatures.of(tx, tom, NOW + SECOND))
    return next(one for one in listed if one.member == getattr(floor.people, of))


def by_tom(floor: Floor, do, *args):
    def run(tx: Tx):
        tom = tx.people.get(floor.people.tom)
        return do(tx, tom, *args)

    return floor.store.write(run)


def test_tom_confirms_the_whole_class_on_one_screen_and_they_are_final(both_floor: Floor) -> None:
    floor, journal = both_floor, Journal()
    sign_off(journal, floor, "tom", "nils")
    take(floor, sign_off(journal, floor, "tom", "lise", NOW + SECOND))
    wanted = [signature(floor, "nils").id, signature(floor, "lise").id]
    assert by_tom(floor, signatures.confirm, wanted, NOW + timedelta(hours=71)) == 2
    assert provisional(floor, "nils", NOW + timedelta(days=20)) == []
    assert by_tom(floor, signatures.confirm, wanted, NOW + timedelta(hours=71, seconds=1)) == 0


def test_after_seventy_two_hours_there_is_nothing_to_confirm(floor: Floor) -> None:
    take(floor, sign_off(Journal(), floor, "tom", "nils"))
    one = signature(floor, "nils")
    assert by_tom(floor, signatures.confirm, [one.id], NOW + timedelta(hours=72)) == 0
    assert state(floor, "nils") is CertificateState.PRACTICAL


def test_tom_disowns_it_within_thirty_days_and_it_is_suspended_and_staff_are_called(
    both_floor: Floor,
) -> None:
    floor = both_floor
    take(floor, sign_off(Journal(), floor, "tom", "nils"))
    one = signature(floor, "nils")
    last = NOW + timedelta(days=30) - timedelta(milliseconds=1)
    assert not isinstance(by_tom(floor, signatures.disown, one.id, last), Refused)
    missing = provisional(floor, "nils", last)
    assert missing == [Reason.CERT_SUSPENDED]
    assert "signature.disowned" in letters_at(floor, "dora", last)


def letters_at(floor: Floor, name: str, at: datetime) -> list[str]:
    found = floor.store.write(
        lambda tx: tx.outbox.latest("mail", getattr(floor.people, name), at - timedelta(hours=1))
    )
    return [parcel.payload["template"] for parcel in found]


def test_after_thirty_days_or_of_anothers_signature_there_is_nothing_to_disown(floor: Floor) -> None:
    take(floor, sign_off(Journal(), floor, "tom", "nils"))
    one = signature(floor, "nils")
    assert isinstance(by_tom(floor, signatures.disown, one.id, NOW + timedelta(days=30)), Refused)

    def by_dora(tx: Tx):
        return signatures.disown(tx, tx.people.get(floor.people.dora), one.id, NOW + SECOND)

    assert isinstance(floor.store.write(by_dora), Refused)
