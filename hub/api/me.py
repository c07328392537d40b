"""Me: who the house thinks I am, what I may use, what I used."""

from hub.api import exports, shapes
from hub.api.door import Answer, Ask
from hub.api.pages import cut
from hub.api.problems import granted
from hub.api.routes import Routes
from hub.services import certifying, erasing
from hub.services.exporting import everything
from hub.services.letting_in import Scope

routes = Routes()


@routes.add("GET", "/me", scope=Scope.READ, answer="Member")
def me(ask: Ask) -> Answer:
    """The caller."""
    return Answer(shapes.member(ask.person, ask.now))


@routes.add("GET", "/me/export", scope=Scope.READ, answer="Export")
def export(ask: Ask) -> Answer:
    """Everything that is held of the caller, for a program to read; on a signed-in page alone, never by a token."""
    who = ask.in_person
    held = ask.read(lambda tx: everything(tx, who))
    name = {"Content-Disposition": 'attachment; filename="loquet-export.json"'}
    return Answer(exports.everything(held, ask.now), headers=name)


@routes.add("DELETE", "/me", scope=Scope.BOOK, answer="Member")
def erase(ask: Ask) -> Answer:
    """Forget the caller: a pseudonym stays for use and safety certificates; on a signed-in page alone."""
    who = ask.in_person
    ask.must_match(shapes.member(who, ask.now))
    gone = granted(ask.write(lambda tx: erasing.erase(tx, who, ask.now)))
    return Answer(shapes.member(gone, ask.now))


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
