"""Who may sign for whom, and what follows at once?"""

from datetime import timedelta

import pytest

from core.certificates import Act
from core.vocabulary import CertificateState, Reason
from hub.ports import Course
from hub.services import certifying, granting
from hub.services.certifying import CertificateShown
from hub.services.refused import Refused
from tests.cast import ADC, NOW
from tests.hub.services.floor import NODE, VAULT, Floor


def sign(floor: Floor, signer: str, member: str, course: str = "LAS1") -> CertificateShown | Refused:
    people = floor.people
    return floor.store.write(
        lambda tx: certifying.grant(tx, getattr(people, signer), getattr(people, member), course, NOW)
    )


def held(floor: Floor, name: str, course: str = "LAS1") -> CertificateShown:
    found = floor.store.read(lambda tx: certifying.certificates_of(tx, getattr(floor.people, name), NOW))
    return next(one for one in found if one.course == course)


def test_a_trainer_signs_and_the_node_knows(both_floor: Floor) -> None:
    before = both_floor.store.read(lambda tx: tx.nodes.get(NODE)).view_rev
    shown = sign(both_floor, "tom", "nils")
    assert isinstance(shown, CertificateShown)
    assert (shown.state, shown.course, shown.granted, shown.missing) == (
        CertificateState.ACTIVE,
        "LAS1",
        NOW,
        (),
    )
    view = both_floor.store.read(lambda tx: granting.view_of_node(tx, NODE, VAULT, NOW))
    assert both_floor.key("nils") in view.grants
    assert view.rev == before + 1


@pytest.mark.parametrize("signer", ["dora", "max"])
def test_staff_and_managers_sign(floor: Floor, signer: str) -> None:
    assert isinstance(sign(floor, signer, "nils"), CertificateShown)


@pytest.mark.parametrize("name", ["tom", "dora", "max", "nils"])
def test_nobody_certifies_himself(floor: Floor, name: str) -> None:
    answer = sign(floor, name, name)  # I6
    assert isinstance(answer, Refused)
    assert (answer.code, answer.objections[0].params) == (Reason.FORBIDDEN, {"why": "self"})
    assert len(floor.store.read(lambda tx: tx.certificates.events(getattr(floor.people, name)))) < 3


def test_a_member_signs_for_nobody(floor: Floor) -> None:
    answer = sign(floor, "amelie", "nils")
    assert isinstance(answer, Refused)
    assert answer.code is Reason.FORBIDDEN


def test_a_trainer_whose_own_certificate_is_over_signs_no_more(floor: Floor) -> None:
    floor.store.write(
        lambda tx: certifying.suspend(tx, floor.people.dora, held(floor, "tom").id, "to be seen", NOW)
    )
    answer = sign(floor, "tom", "nils")
    assert isinstance(answer, Refused)
    assert answer.objections[0].params == {"why": "trainer"}


def test_a_staff_level_course_wants_staff(floor: Floor) -> None:
    course = Course("LAS2", ADC, {"en": "Laser advanced"}, staff_signed=True, needs=(("LAS1",),))
    floor.store.write(lambda tx: tx.certificates.add_course(course))
    refused = sign(floor, "tom", "amelie", "LAS2")
    assert isinstance(refused, Refused)
    assert refused.objections[0].params == {"why": "staff"}
    assert isinstance(sign(floor, "dora", "amelie", "LAS2"), CertificateShown)


def test_what_does_not_exist_is_not_found(floor: Floor) -> None:
    for person, course in (("nobody", "LAS1"), (floor.people.nils, "XYZ")):
        answer = floor.store.write(
            lambda tx, p=person, c=course: certifying.grant(tx, floor.people.dora, p, c, NOW)
        )
        assert isinstance(answer, Refused)
        assert answer.code is Reason.NOT_FOUND


def test_to_suspend_or_revoke_one_says_why_and_may_undo_the_first(both_floor: Floor) -> None:
    certificate, dora = held(both_floor, "bram").id, both_floor.people.dora

    def do(act, reason: str):
        return both_floor.store.write(lambda tx: act(tx, dora, certificate, reason, NOW))

    silent = do(certifying.suspend, "  ")
    assert isinstance(silent, Refused)
    assert silent.objections[0].params == {"field": "reason"}
    assert do(certifying.suspend, "wrong material").state is CertificateState.SUSPENDED
    assert do(certifying.restore, "talked").state is CertificateState.ACTIVE
    revoked = do(certifying.revoke, "again")
    assert revoked.state is CertificateState.REVOKED
    assert [one.code for one in revoked.missing] == [Reason.CERT_REVOKED]
    assert do(certifying.restore, "pity").state is CertificateState.REVOKED
    assert isinstance(sign(both_floor, "dora", "bram"), CertificateShown)
    assert held(both_floor, "bram").state is CertificateState.ACTIVE


def test_a_certificate_without_its_prerequisite_is_shown_with_what_is_missing(floor: Floor) -> None:
    certificate = held(floor, "bram", "GEN").id
    floor.store.write(lambda tx: certifying.revoke(tx, floor.people.dora, certificate, "paper lost", NOW))
    shown = held(floor, "bram")
    assert shown.state is CertificateState.ACTIVE
    assert [(one.code, one.params["course"]) for one in shown.missing] == [(Reason.CERT_REVOKED, "GEN")]


def test_every_act_stands_in_events_and_audit_with_its_author(floor: Floor) -> None:
    sign(floor, "tom", "nils")
    event = floor.store.read(lambda tx: tx.certificates.events(floor.people.nils))[-1]
    assert (event.kind, event.by, event.at) == (Act.GRANT, floor.people.tom, NOW)
    entry = floor.store.read(lambda tx: tx.audit.read())[-1]
    assert (entry.actor, entry.action) == (floor.people.tom, "certificate.grant")
    assert floor.store.read(lambda tx: tx.certificates.events(floor.people.nils)) != []
    assert entry.at - NOW == timedelta(0)
