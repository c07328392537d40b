"""The certificates: sign, suspend, revoke. Who may is certifying.py's to say."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from core.vocabulary import Reason
from hub.api import forms, shapes
from hub.api.door import PREFIX, Answer, Ask, found, not_found
from hub.api.forms import read_form
from hub.api.problems import granted, problem
from hub.api.routes import Routes
from hub.ports import Tx
from hub.services import certifying
from hub.services.certifying import CertificateShown
from hub.services.letting_in import Scope
from hub.services.refused import Refused

routes = Routes()
Act: TypeAlias = Callable[[Tx, str, str, str, datetime], CertificateShown | Refused]


@routes.add(
    "POST", "/certificates", scope=Scope.CERTIFY, form=forms.NewCertificate, success=201, answer="Certificate"
)
def sign(ask: Ask) -> Answer:
    """Certify a member for a course."""
    form, by = read_form(forms.NewCertificate, ask.body), ask.person.id
    made = granted(
        ask.write(lambda tx: certifying.grant(tx, by, form.member, form.course, ask.now, form.reason))
    )
    return Answer(
        shapes.certificate(made, ask.voice()), 201, {"Location": f"{PREFIX}/certificates/{made.id}"}
    )


@routes.add("GET", "/certificates", scope=Scope.STAFF, query=("member",), answer="CertificatePage")
def certificates(ask: Ask) -> Answer:
    """A member's certificates, for staff and trainers."""
    lab, voice = ask.person.lab, ask.voice()
    if not ask.is_crew(lab):
        raise problem(Reason.FORBIDDEN)
    member = found(ask.read(lambda tx: tx.people.get(ask.query.get("member", ""))))
    if lab not in member.roles:
        raise not_found()
    shown = ask.read(lambda tx: certifying.certificates_of(tx, member.id, ask.now))
    return Answer(shapes.page([shapes.certificate(one, voice) for one in shown]))


@routes.add("GET", "/certificates/{certificate}", scope=Scope.READ, answer="Certificate")
def certificate(ask: Ask, certificate: str) -> Answer:
    """One certificate: one's own, or for staff and trainers."""
    shown = found(ask.read(lambda tx: _visible(tx, ask, certificate)))
    return Answer(shapes.certificate(shown, ask.voice()))


def _visible(tx: Tx, ask: Ask, identity: str) -> CertificateShown | None:
    one = tx.certificates.get(identity)
    if one is None or not (one.person == ask.person.id or ask.is_crew(one.lab)):
        return None
    return certifying.show(tx, one, ask.now)


@routes.add(
    "POST",
    "/certificates/{certificate}/suspend",
    scope=Scope.CERTIFY,
    form=forms.Because,
    answer="Certificate",
)
def suspend(ask: Ask, certificate: str) -> Answer:
    """Take the right away for a time."""
    return _done(ask, certificate, certifying.suspend)


@routes.add(
    "POST",
    "/certificates/{certificate}/restore",
    scope=Scope.CERTIFY,
    form=forms.Because,
    answer="Certificate",
)
def restore(ask: Ask, certificate: str) -> Answer:
    """End a suspension."""
    return _done(ask, certificate, certifying.restore)


@routes.add(
    "POST",
    "/certificates/{certificate}/revoke",
    scope=Scope.CERTIFY,
    form=forms.Because,
    answer="Certificate",
)
def revoke(ask: Ask, certificate: str) -> Answer:
    """Take the right away for good."""
    return _done(ask, certificate, certifying.revoke)


def _done(ask: Ask, certificate: str, act: Act) -> Answer:
    reason, by, voice = read_form(forms.Because, ask.body).reason, ask.person.id, ask.voice()
    if ask.if_match is not None:
        ask.must_match(shapes.certificate(found(ask.read(lambda tx: _visible(tx, ask, certificate))), voice))
    shown = granted(ask.write(lambda tx: act(tx, by, certificate, reason, ask.now)))
    return Answer(shapes.certificate(shown, voice))
