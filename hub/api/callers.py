"""Who asks? A bearer token, or a page's cookie that comes with the CSRF header; else a stranger."""

from werkzeug.wrappers import Request

from hub.api.door import Deps
from hub.api.problems import unauthenticated
from hub.ports import Tx
from hub.services.letting_in import Caller, Scope, caller_of
from hub.words import best_language

LONGEST = 512  # characters of an Authorization header that we look at; a token of ours has 47


def caller_from(request: Request, deps: Deps) -> Caller | None:
    """Whose request it is; 401 for a token that is not valid, None for a stranger."""
    header = request.headers.get("Authorization")
    if header is None:
        return _from_page(deps)
    kind, _, clear = header.partition(" ")
    if kind.lower() != "bearer" or not clear.strip() or len(header) > LONGEST:
        raise unauthenticated()
    now = deps.clock.wall()
    caller = deps.store.read(lambda tx: caller_of(tx, clear.strip(), now))
    if caller is None:
        raise unauthenticated()
    return caller


def _from_page(deps: Deps) -> Caller | None:
    if not deps.csrf_ok():
        return None
    person_id = deps.signed_in()
    return None if person_id is None else deps.store.read(lambda tx: _caller(tx, person_id))


def _caller(tx: Tx, person_id: str) -> Caller | None:
    """A page may do what staff may; signing certificates wants a token made after a second factor."""
    person = tx.people.get(person_id)
    return None if person is None else Caller(person, Scope.STAFF)


def language_of(request: Request, caller: Caller | None) -> str:
    """What the caller asks for, else his own, else the house's first."""
    said = "HTTP_ACCEPT_LANGUAGE" in request.environ
    wanted = [(str(tag), quality) for tag, quality in request.accept_languages] if said else ()
    return best_language(wanted, caller.person.lang) if caller else best_language(wanted)
