"""The rules: what holds, since when, and what a change would have refused last month."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.rulebook import Level
from hub.api import forms, shapes
from hub.api.door import PREFIX, Answer, Ask, found, not_found
from hub.api.forms import read_form
from hub.api.problems import granted
from hub.api.routes import Routes
from hub.ports import Tx
from hub.services import ruling
from hub.services.letting_in import Scope
from hub.services.ruling import Hindered, RulesAt, Simulation

routes = Routes()


@routes.add("GET", "/rules", scope=Scope.STAFF, answer="RulesHerePage")
def rules(ask: Ask) -> Answer:
    """What the lab, each family and each machine say themselves; the nearest wins."""
    lab = ask.staff_lab
    return Answer(shapes.page(ask.read(lambda tx: [_shape(tx, where) for where in _places(tx, lab)])))


def _places(tx: Tx, lab: str) -> list[RulesAt]:
    machines = tx.machines.all(lab=lab)
    families = sorted({one.family for one in machines})
    return [
        RulesAt(lab, Level.LAB, lab),
        *(RulesAt(lab, Level.FAMILY, family) for family in families),
        *(RulesAt(lab, Level.MACHINE, machine.id) for machine in machines),
    ]


@routes.add("GET", "/rules/{level}/{subject}", scope=Scope.STAFF, answer="RulesThere")
def rules_there(ask: Ask, level: str, subject: str) -> Answer:
    """What one place says, with everything that it said before, newest first."""
    where = _where(ask, level, subject)
    body = ask.read(lambda tx: _shape(tx, where))
    saved = ask.read(lambda tx: tx.rules.versions(where.lab, where.level, where.subject))
    return Answer(body | {"versions": [shapes.rule_set(one) for one in saved]})


@routes.add(
    "POST",
    "/rules",
    scope=Scope.STAFF,
    form=forms.NewRules,
    query=("simulate",),
    success=201,
    answer="RuleSet",
)
def save(ask: Ask) -> Answer:
    """Let these rules hold at a place; `simulate=1` only says what they would have refused."""
    form = read_form(forms.NewRules, ask.body)
    where = _where(ask, form.level, form.subject)
    return _try_or_save(ask, where, form.rules, form.reason, 201)


@routes.add(
    "PATCH",
    "/rules/{level}/{subject}",
    scope=Scope.STAFF,
    form=forms.ChangedRules,
    query=("simulate",),
    answer="RuleSet",
)
def change(ask: Ask, level: str, subject: str) -> Answer:
    """Change some figures; null gives one back to what stands above."""
    where = _where(ask, level, subject)
    form = read_form(forms.ChangedRules, ask.body)
    ask.must_match(rules_there(ask, level, subject).body)
    present = found(ask.read(lambda tx: tx.rules.present(where.lab, where.level, where.subject)))
    wanted = {name: value for name, value in {**present, **form.rules}.items() if value is not None}
    return _try_or_save(ask, where, wanted, form.reason, 200)


def _try_or_save(ask: Ask, where: RulesAt, wanted: Mapping[str, Any], reason: str, status: int) -> Answer:
    if ask.flag("simulate"):
        seen = granted(ask.read(lambda tx: ruling.simulate(tx, ask.person, where, wanted, ask.now)))
        return Answer(_simulation(seen))
    told = (reason, ask.now)
    saved = granted(ask.write(lambda tx: ruling.save(tx, ask.person, where, wanted, told)))
    place = f"{PREFIX}/rules/{saved.level}/{saved.subject}"
    return Answer(shapes.rule_set(saved), status, {"Location": place} if status == 201 else {})


def _where(ask: Ask, level: str, subject: str) -> RulesAt:
    lab = ask.staff_lab
    if level not in set(Level) or (level == Level.LAB and subject != lab):
        raise not_found()
    return RulesAt(lab, Level(level), subject)


def _shape(tx: Tx, where: RulesAt) -> dict[str, Any]:
    present = found(tx.rules.present(where.lab, where.level, where.subject))
    saved = tx.rules.versions(where.lab, where.level, where.subject)
    return {
        "level": str(where.level),
        "subject": where.subject,
        "version": saved[0].version if saved else 0,
        "rules": dict(present),
    }


def _simulation(seen: Simulation) -> dict[str, Any]:
    return {"checked": seen.checked, "refused": _hindered(seen.refused), "coming": _hindered(seen.coming)}


def _hindered(ones: Iterable[Hindered]) -> list[dict[str, Any]]:
    return [
        {
            "reservation": one.reservation,
            "machine": one.machine,
            "start": shapes.when(one.start),
            "codes": [str(code) for code in one.codes],
        }
        for one in ones
    ]
