"""What becomes of badges and signatures that are taken at a machine?"""

from datetime import datetime, timedelta

from core.vocabulary import CertificateState, Purpose, Reason
from core.wire.messages import Answer, Ask, Badge
from core.wire.seal import Keys, hidden
from hub.ports import Parcel
from hub.services import asking, certifying, enrolling_at, metering
from hub.services.enrolling_at import Opened
from hub.services.refused import Refused
from tests.cast import NOW
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


def test_the_thirteenth_claim_of_an_hour_is_refused(floor: Floor) -> None:
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
