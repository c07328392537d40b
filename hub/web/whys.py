"""Why not, and what now? Objections -> the sentences and links of a page."""

from collections.abc import Iterable
from typing import NamedTuple

from flask import url_for

from core.access import Objection
from core.vocabulary import Reason
from hub.web.house import voice


class Why(NamedTuple):
    """One refusal as shown: what stands against it, the next step, and where that is done (if it is a page)."""

    text: str
    step: str
    href: str | None = None


def whys(objections: Iterable[Objection], machine: str | None = None) -> list[Why]:
    """All refusals in order of rank."""
    speech = voice()
    return [
        Why(
            speech.say(one.code, one.params),
            speech.step(one.code, one.next, one.params),
            _where(one, machine),
        )
        for one in objections
    ]


def _where(one: Objection, machine: str | None) -> str | None:
    """The page on which the next step can be taken; None when it is taken in the workshop."""
    if one.code is Reason.UNAUTHENTICATED:
        return url_for("signing.sign_in")
    if one.next == "wait" and (free := one.params.get("machine")):
        return url_for("machines.machine", name=free)
    if machine is not None and one.next in ("choose_other_time", "wait", "book"):
        return url_for("booking.day", name=machine)
    return url_for("board.board") if one.next == "other_machine" else None
