"""How do the doors come into the app? One blueprint, one view for each route, and a 404 of our own shape for the rest."""

import re
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from flask import Blueprint, Flask, Response, current_app, request

from core.vocabulary import Reason
from hub.api import (
    assuring,
    certificates,
    closures,
    feeds,
    incidents,
    keeping,
    lockouts,
    machines,
    me,
    members,
    nodes,
    orders,
    reports,
    reservations,
    resources,
    rules,
    series,
    space,
    staff,
    stream,
    strikes,
    trainings,
    upkeep,
    waitlist,
)
from hub.api.door import PREFIX, Answer, Ask, Deps, not_found
from hub.api.openapi import document, reading
from hub.api.paths import LateRule, rule_of
from hub.api.problems import problem
from hub.api.routes import Route
from hub.api.serving import serve

SUBJECTS = (
    machines, reservations, series, keeping, waitlist, me, strikes, feeds, certificates, trainings, closures, lockouts, reports, incidents, upkeep, resources, orders, rules,
    members, nodes, assuring, staff, space, stream,
)  # fmt: skip
ROUTES: tuple[Route, ...] = tuple(route for subject in SUBJECTS for route in subject.routes.all)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def register(app: Flask, deps: Deps) -> Blueprint:
    """Hang the API into the app; the blueprint comes back so that the wiring can exempt it from form CSRF."""
    app.url_rule_class = LateRule
    blueprint = Blueprint("api", __name__)
    for route in ROUTES:
        blueprint.add_url_rule(
            rule_of(route.path),
            route.name,
            _view(route, deps),
            methods=[route.method],
            provide_automatic_options=False,
        )
    described = Route(
        "GET", f"{PREFIX}/openapi.json", lambda _ask: Answer(_about(), private=False), "This document"
    )
    blueprint.add_url_rule(described.path, "openapi", _view(described, deps), methods=["GET"])
    blueprint.add_url_rule(f"{PREFIX}/docs", "docs", lambda: Response(reading(ROUTES), mimetype="text/html"))
    for rule in (PREFIX, f"{PREFIX}/<path:rest>"):
        for method in METHODS:
            lost = Route(method, rule, _nothing, "Nothing here")
            blueprint.add_url_rule(
                rule,
                f"lost {method} {len(rule)}",
                _view(lost, deps),
                methods=[method],
                provide_automatic_options=False,
            )
    for path, allowed in _paths().items():
        for method in sorted({*METHODS, "OPTIONS"} - allowed):
            said = _ways if method == "OPTIONS" else _wrong_method
            wrong = Route(method, path, partial(said, allowed), "Not in this way")
            blueprint.add_url_rule(
                rule_of(path),
                wrong.name,
                _view(wrong, deps),
                methods=[method],
                provide_automatic_options=False,
            )
    app.register_blueprint(blueprint)
    return blueprint


@cache
def _about() -> dict[str, Any]:
    return document(ROUTES)


def _view(route: Route, deps: Deps) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        made = serve(route, deps, path, request, testing=current_app.testing)
        return Response(made.body, made.status, [*made.headers])

    return view


def _paths() -> dict[str, set[str]]:
    """Which methods each path has, by its shape: what stands in braces does not tell two paths apart."""
    shapes: dict[str, tuple[str, set[str]]] = {}
    for route in ROUTES:
        _path, methods = shapes.setdefault(re.sub(r"{\w+}", "{}", route.path), (route.path, set()))
        methods.add(route.method)
    return dict(shapes.values())


def allow_of(path: str) -> str:
    """The `Allow` header of an address, whatever stands at its variable places."""
    for known, allowed in _paths().items():
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", known), path):
            return _allow(allowed)
    return ""


def _allow(allowed: set[str]) -> str:
    return ", ".join(sorted({*allowed, "OPTIONS", "HEAD" if "GET" in allowed else "OPTIONS"}))


def _ways(allowed: set[str], _ask: Ask, **_path: Any) -> Answer:
    return Answer(b"", 204, {"Allow": _allow(allowed)}, private=False)


def _wrong_method(allowed: set[str], _ask: Ask, **_path: Any) -> Answer:
    raise problem(Reason.INVALID, status=405, field="method", headers={"Allow": _allow(allowed)})


def _nothing(_ask: Ask, **_path: Any) -> Answer:
    raise not_found()
