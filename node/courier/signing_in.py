"""How does one sign in to a printer or a plug over HTTP? Digest where it challenges us, basic where it knows nothing else.

Rules: a password never leaves us in clear where a digest is expected; what asks for anything else gets nothing. A nonce
is used again until the server gives another; one that it calls stale, or that it did not know (it was started anew), is
answered once more. The same question refused with a nonce of its own is a wrong name or password.
Sources: RFC 7616 and its forerunner RFC 2069 (PrusaLink names no `qop`), RFC 7617.
"""

import hashlib
import secrets
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple, Protocol, TypeVar
from urllib.request import parse_http_list, parse_keqv_list

REFUSED: Final = 401
MOST_TRIES: Final = 3  # as if signed in already; as challenged; once more where that was stale
HASHES: Final[Mapping[str, Callable[[bytes], "hashlib._Hash"]]] = {
    "MD5": lambda said: hashlib.md5(said, usedforsecurity=False),  # what the printers speak
    "SHA-256": hashlib.sha256,
}


class Answered(Protocol):
    """What came back: its status, and what a 401 asks for."""

    @property
    def status(self) -> int: ...  # noqa: D102
    @property
    def challenges(self) -> tuple[str, ...]: ...  # noqa: D102


A = TypeVar("A", bound=Answered)


class RefusedError(Exception):
    """The name or the password is not the server's."""


class Login(NamedTuple):
    """Who we are there."""

    user: str
    password: str


class Challenge(NamedTuple):
    """What the server wants to see the digest made of."""

    realm: str
    nonce: str
    algorithm: str
    qop: str  # "auth", or "" before RFC 2617
    opaque: str | None
    stale: bool


class Digest:
    """The answers to one server's challenges, in their order."""

    def __init__(self, login: Login, fresh: Callable[[], str] = lambda: secrets.token_hex(8)) -> None:
        self._login, self._fresh = login, fresh
        self._known: Challenge | None = None
        self._count = 0

    def fetched(self, fetch: Callable[[Mapping[str, str]], A], path: str) -> A:
        """The answer to a GET of `path` by `fetch(headers)`, signed in. Raises RefusedError, and whatever `fetch` does."""
        for _ in range(MOST_TRIES):
            used = self._known
            answer = fetch(self._header(path))
            if answer.status != REFUSED:
                return answer
            asked = challenge_of(answer.challenges)
            if asked is None:
                raise RefusedError("no digest asked for")
            self._known, self._count = asked, 0
            if used is not None and not asked.stale and asked.nonce == used.nonce:
                break
        raise RefusedError("name or password")

    def _header(self, path: str) -> Mapping[str, str]:
        if self._known is None:
            return {}
        self._count += 1
        return {"Authorization": answer_to(self._known, self._login, path, (self._count, self._fresh()))}


def challenge_of(challenges: Iterable[str]) -> Challenge | None:
    """The digest that one of these headers asks for and that we can make; None where there is none."""
    for one in challenges:
        scheme, _, rest = one.partition(" ")
        try:
            said = parse_keqv_list(parse_http_list(rest)) if scheme.lower() == "digest" else {}
        except ValueError:
            continue
        said = {name.lower(): value for name, value in said.items()}
        algorithm, offered = said.get("algorithm", "MD5").upper(), said.get("qop", "")
        qop = "auth" if "auth" in {word.strip() for word in offered.split(",")} else ""
        if algorithm in HASHES and bool(qop) is bool(offered) and {"realm", "nonce"} <= set(said):
            stale = said.get("stale", "").lower() == "true"
            return Challenge(said["realm"], said["nonce"], algorithm, qop, said.get("opaque"), stale)
    return None


def answer_to(asked: Challenge, login: Login, path: str, mark: tuple[int, str]) -> str:
    """The `Authorization` of a GET of `path`; `mark` is (how often this nonce was used, our own nonce)."""

    def hashed(*parts: str) -> str:
        return HASHES[asked.algorithm](":".join(parts).encode()).hexdigest()

    count, own = f"{mark[0]:08x}", mark[1]
    secret, question = hashed(login.user, asked.realm, login.password), hashed("GET", path)
    among = (asked.nonce, count, own, asked.qop) if asked.qop else (asked.nonce,)
    said = {"username": login.user, "realm": asked.realm, "nonce": asked.nonce, "uri": path}
    said |= {"response": hashed(secret, *among, question)}
    said |= {"opaque": asked.opaque} if asked.opaque is not None else {}
    bare = {"algorithm": asked.algorithm}
    if asked.qop:
        bare, said = bare | {"qop": asked.qop, "nc": count}, said | {"cnonce": own}
    quoted = [f'{name}="{_escaped(value)}"' for name, value in said.items()]
    return "Digest " + ", ".join([*quoted, *(f"{name}={value}" for name, value in bare.items())])


def basic(login: Login) -> Mapping[str, str]:
    """The header of a plug that knows no better: name and password as good as in clear."""
    return {"Authorization": f"Basic {b64encode(f'{login.user}:{login.password}'.encode()).decode('ascii')}"}


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
