"""Which rules hold here, since when, and what would other ones have refused? Read in words, tried on last month, then saved.

A figure left empty is inherited: the machine's from its family, the family's from the lab.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access import Objection
from core.rulebook import Level, resolve
from hub.ports import Machine, RuleSet, Tx
from hub.services import facts, holding, ruling
from hub.services.refused import Refused
from hub.services.ruling import RulesAt, Simulation
from hub.web.house import house, now, voice
from hub.web.machines import rules_in_words
from hub.web.rule_fields import CHOICES, LABELS, QUOTA, SECTIONS, Field, Unreadable, field_of, said_of
from hub.web.shares import quotas_in_words
from hub.web.signing import somebody, staff_only
from hub.web.typed import reason
from hub.web.whys import whys
from hub.words import Voice
from hub.words.catalogs import mark

blueprint = Blueprint("rulings", __name__, url_prefix="/staff/rules")
blueprint.before_request(staff_only)
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Read:
    """What stands at one place: its own rules, those above it, its versions, who made them, a machine that it rules."""

    own: Values
    above: Values
    versions: tuple[RuleSet, ...]
    names: Mapping[str, str]
    machine: Machine | None
    machines: tuple[Machine, ...]


@blueprint.get("")
def start() -> Response:
    """The lab's own rules first."""
    return redirect(url_for("rulings.rules", level=Level.LAB.value, subject=house().lab.id), 303)


@blueprint.get("/<level>/<subject>")
def rules(level: str, subject: str) -> str:
    """The rules of a place, in words and as figures."""
    return _page(_place(level, subject))


@blueprint.post("/<level>/<subject>")
def change(level: str, subject: str) -> Response | str | tuple[str, int]:
    """Try them on last month's bookings, or let them hold from now on."""
    where, by, at, why = _place(level, subject), somebody(), now(), reason()
    own = house().store.read(lambda tx: tx.rules.present(where.lab, where.level, where.subject))
    if own is None:
        abort(404)
    wanted = _wanted(own)
    if isinstance(wanted, str):
        flash(
            voice().text(mark("A whole number, or nothing: %(field)s"), field=voice().text(LABELS[wanted])),
            "ending",
        )
        return _page(where), 422
    if request.form.get("do") != "save":
        tried = house().store.read(lambda tx: ruling.simulate(tx, by, where, wanted, at))
        return (
            (_page(where, tried.objections), 422) if isinstance(tried, Refused) else _page(where, (), tried)
        )
    saved = house().store.write(lambda tx: ruling.save(tx, by, where, wanted, (why, at)))
    if isinstance(saved, Refused):
        return _page(where, saved.objections), 409 if saved.code == "CHANGED" else 422
    flash(voice().text(mark("Saved: version %(version)s holds from now on."), version=saved.version), "free")
    return redirect(url_for("rulings.rules", level=level, subject=subject), 303)


def _place(level: str, subject: str) -> RulesAt:
    lab = house().lab.id
    if level not in set(Level) or (level == Level.LAB and subject != lab):
        abort(404)
    return RulesAt(lab, Level(level), subject)


def _wanted(own: Values) -> dict[str, Any] | str:
    """This level's rules with what the form says; the name of the field that cannot be read."""
    found = resolve(own)
    for name in LABELS:
        try:
            said = said_of(name, request.form)
        except Unreadable:
            return name
        found.pop(name, None)
        found |= said
    return found


def _read(tx: Tx, where: RulesAt) -> Read | None:
    own = tx.rules.present(where.lab, where.level, where.subject)
    if own is None:
        return None
    machines = tuple(tx.machines.all(lab=where.lab))
    ruled = [
        one for one in machines
        if where.level is Level.LAB or where.subject == (one.id if where.level is Level.MACHINE else one.family)
    ]  # fmt: skip
    machine = ruled[0] if ruled else None
    above = [tx.rules.present(where.lab, Level.LAB, where.lab)] if where.level is not Level.LAB else []
    if where.level is Level.MACHINE and machine is not None:
        above.append(tx.rules.present(where.lab, Level.FAMILY, machine.family))
    versions = tuple(tx.rules.versions(where.lab, where.level, where.subject))
    names = dict(tx.people.names(sorted({one.by for one in versions})))
    return Read(own, resolve(*(each or {} for each in above)), versions, names, machine, machines)


def _page(where: RulesAt, against: tuple[Objection, ...] = (), tried: Simulation | None = None) -> str:
    read = house().store.read(lambda tx: _read(tx, where))
    if read is None:
        abort(404)
    speech = voice()
    one = read.machine if where.level is not Level.LAB else None
    return render_template(
        "rules.html",
        where=where,
        parts_of=_fields(read, speech),
        quota=QUOTA,
        choices={name: speech.text(word) for name, word in CHOICES.items()},
        weekdays=speech.weekdays(),
        words=_words(one, speech) if one else [],
        title=_title(where, one),
        families={each.family: each.family_names.get(speech.lang, each.family) for each in read.machines},
        machines=read.machines,
        versions=read.versions,
        names=read.names,
        tried=tried,
        against=whys(against),
        reason=reason(),
    )


def _words(one: Machine, speech: Voice) -> list[str]:
    quotas = quotas_in_words(holding.machine_terms(one).quotas, speech)
    return [*rules_in_words(facts.policy_of(one), speech), *quotas]


def _title(where: RulesAt, one: Machine | None) -> str:
    if where.level is Level.LAB:
        return house().lab.name
    if where.level is Level.FAMILY and one is not None:
        return one.family_names.get(voice().lang, one.family)
    return where.subject


def _fields(read: Read, speech: Voice) -> list[tuple[str, list[Field]]]:
    """The parts of the page with their fields: as saved, or as just typed."""
    own = resolve(read.own)
    if request.method == "POST":
        own = {name: value for one in LABELS for name, value in _typed(one).items()}
    return [
        (speech.text(title), [field_of(name, own, read.above, speech) for name in names])
        for title, names in SECTIONS
    ]


def _typed(name: str) -> dict[str, Any]:
    """What was typed, also where it cannot be read: it is shown again."""
    try:
        return said_of(name, request.form)
    except Unreadable:
        return {name: typed} if (typed := request.form.get(name, "").strip()) else {}
