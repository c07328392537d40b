"""What does the API look like to a machine, and to a reader? OpenAPI 3.1 made from the table of routes."""

import re
from collections.abc import Iterable
from html import escape
from typing import Any

from hub.api.routes import Route
from hub.api.schemas import QUERY, SCHEMAS, TEXT, TRIALS, ref

_READ = ("401", "403", "404", "422", "429", "503")
_WRITTEN = ("400", "409", "412", "413", "415")

OF_ALL = """\
`Authorization: Bearer <token>`; a page's cookie counts only with the CSRF header. JSON alone (415), at most 64 KiB (413; a report with a photo 7 MiB).
Times are RFC 3339; without an offset they are the lab's wall time, and one that is no time or two is refused (422).
Refusals are `application/problem+json` in the language of `Accept-Language` (fr, nl, en).
Every answer has a strong `ETag`: `If-None-Match` saves the body (304), `If-Match` on a change makes it depend on what was
seen (412). `Idempotency-Key` on POST: the same key and body get the same answer for 24 hours; another body is refused (422);
while the first runs 409 with `Retry-After`. Lists come newest first in pages: `next` is the `cursor` of the next one.
Too many requests are told when to come again (429, 503: `Retry-After`)."""


def document(routes: Iterable[Route]) -> dict[str, Any]:
    """The OpenAPI document."""
    paths: dict[str, dict[str, Any]] = {}
    schemas: dict[str, Any] = dict(SCHEMAS)
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
        if route.form is not None:
            schema = route.form.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= schema.pop("$defs", {})
            schemas[_form_name(route)] = schema
    problem = {"application/problem+json": {"schema": ref("Problem")}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Loquet",
            "version": "1",
            "license": {"name": "GPL-3.0-or-later"},
            "description": OF_ALL,
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {"Problem": {"description": "Why not", "content": problem}},
        },
    }


def _form_name(route: Route) -> str:
    """Forms are what is sent; their names never meet those of the answers."""
    return f"{route.form.__name__}Form" if route.form is not None else ""


def _operation(route: Route) -> dict[str, Any]:
    named = [_parameter(name, "path") for name in re.findall(r"{(\w+)}", route.path)]
    asked = [_parameter(name, "query") for name in route.query]
    refusals = _READ + (_WRITTEN if route.method != "GET" else ())
    operation: dict[str, Any] = {
        "summary": route.summary,
        "operationId": re.sub(r"\W+", "_", route.name).strip("_"),
        "parameters": named + asked,
        "responses": _answers(route)
        | {status: {"$ref": "#/components/responses/Problem"} for status in sorted(refusals)},
        "security": [{"token": [route.scope.word]}] if route.scope else [{}, {"token": []}],
    }
    if route.form is not None:
        content = {"application/json": {"schema": ref(_form_name(route))}}
        required = bool(route.form.model_json_schema().get("required"))
        operation["requestBody"] = {"required": required, "content": content}
    return operation


def _answers(route: Route) -> dict[str, Any]:
    """What is given when it is granted; a trial run (`preview=1`, `simulate=1`) is 200 and has a shape of its own."""
    trials = [TRIALS[name] for name in route.query if name in TRIALS]
    shapes = {str(route.success): [route.answer]}
    for trial in trials:
        shapes.setdefault("200", []).append(trial)
    return {status: {"description": "Done", "content": _content(names)} for status, names in shapes.items()}


def _content(names: list[str]) -> dict[str, Any]:
    if "/" in names[0]:  # a media type of its own
        return {names[0]: {"schema": TEXT if names[0].startswith("text/") else {}}}
    shapes = [ref(name) for name in names]
    return {"application/json": {"schema": shapes[0] if len(shapes) == 1 else {"anyOf": shapes}}}


def _parameter(name: str, where: str) -> dict[str, Any]:
    schema = QUERY.get(name, TEXT) if where == "query" else TEXT
    return {"name": name, "in": where, "required": where == "path", "schema": schema}


def reading(routes: Iterable[Route]) -> str:
    """The same for a reader: a page without a script."""
    rows = "".join(
        f"<tr><td><code>{route.method}</code></td><td><code>{escape(route.path)}</code></td>"
        f"<td>{route.scope.word if route.scope else 'anyone'}</td><td>{escape(route.summary)}</td></tr>"
        for route in routes
    )
    head = "<tr><th>Method</th><th>Path</th><th>Scope</th><th>What</th></tr>"
    return f'<!doctype html><html lang="en"><title>Loquet API</title><h1>Loquet API, version 1</h1><table>{head}{rows}</table></html>'
