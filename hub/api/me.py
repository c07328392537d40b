"""Me: who the house thinks I am, what I may use, what I used."""

from hub.api import shapes
from hub.api.door import Answer, Ask
from hub.api.pages import cut
from hub.api.routes import Routes
from hub.services import certifying
from hub.services.letting_in import Scope

routes = Routes()


@routes.add("GET", "/me", scope=Scope.READ, answer="Member")
def me(ask: Ask) -> Answer:
    """The caller."""
    return Answer(shapes.member(ask.person, ask.now))


@routes.add("GET", "/me/certificates", scope=Scope.READ, answer="CertificatePage")
def my_certificates(ask: Ask) -> Answer:
    """The caller's certificates as they stand now."""
    voice = ask.voice()
    shown = ask.read(lambda tx: certifying.certificates_of(tx, ask.person.id, ask.now))
    return Answer(shapes.page([shapes.certificate(one, voice) for one in shown]))


@routes.add("GET", "/me/usage", scope=Scope.READ, query=("limit", "cursor"), answer="SessionPage")
def my_usage(ask: Ask) -> Answer:
    """The caller's sessions, newest first."""
    rows = ask.read(
        lambda tx: tx.sessions.page(person=ask.person.id, before=ask.before(), limit=ask.limit() + 1)
    )
    shown, cursor = cut(rows, ask.limit(), lambda one: (one.start, one.id))
    return Answer(shapes.page([shapes.session(one) for one in shown], cursor))
