"""What does the API look like to a machine, and to a reader? OpenAPI 3.1 made from the table of routes."""

import re
from collections.abc import Iterable
from html import escape
from typing import Any

from hub.api.routes import Route

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "objections"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "objections": {"type": "array", "items": {"$ref": "#/components/schemas/Objection"}},
        "alternatives": {"type": "array", "items": {"$ref": "#/components/schemas/Slot"}},
    },
}
_OBJECTION = {
    "type": "object",
    "required": ["code", "params", "message", "next"],
    "properties": {
        "code": {"type": "string"},
        "params": {"type": "object"},
        "message": {"type": "string"},
        "next": {"type": "string"},
    },
}
_TEXT = {"type": "string"}
_SLOT = {
    "type": "object",
    "required": ["machine", "start", "end"],
    "properties": {
        "machine": _TEXT,
        "start": _TEXT | {"format": "date-time"},
        "end": _TEXT | {"format": "date-time"},
    },
}


def document(routes: Iterable[Route]) -> dict[str, Any]:
    """The OpenAPI document."""
    paths: dict[str, dict[str, Any]] = {}
    schemas: dict[str, Any] = {"Problem": _PROBLEM, "Objection": _OBJECTION, "Slot": _SLOT}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
        if route.form is not None:
            schema = route.form.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= schema.pop("$defs", {})
            schemas[route.form.__name__] = schema
    return {
        "openapi": "3.1.0",
        "info": {"title": "Loquet", "version": "1", "license": {"name": "GPL-3.0-or-later"}},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {
                "Problem": {
                    "description": "Why not",
                    "content": {
                        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                    },
                }
            },
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    named = [_parameter(name, "path") for name in re.findall(r"{(\w+)}", route.path)]
    asked = [_parameter(name, "query") for name in route.query]
    refusals = ["401", "403", "404", "422", "503"] + (["409", "412"] if route.method != "GET" else [])
    operation: dict[str, Any] = {
        "summary": route.summary,
        "operationId": re.sub(r"\W+", "_", route.name).strip("_"),
        "parameters": named + asked,
        "responses": {str(route.success): {"description": "Done", "content": {"application/json": {}}}}
        | {status: {"$ref": "#/components/responses/Problem"} for status in sorted(refusals)},
        "security": [{"token": [route.scope.word]}] if route.scope else [{}, {"token": []}],
    }
    if route.form is not None:
        reference = {"$ref": f"#/components/schemas/{route.form.__name__}"}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": reference}}}
    return operation


def _parameter(name: str, where: str) -> dict[str, Any]:
    return {"name": name, "in": where, "required": where == "path", "schema": {"type": "string"}}


def reading(routes: Iterable[Route]) -> str:
    """The same for a reader: a page without a script."""
    rows = "".join(
        f"<tr><td><code>{route.method}</code></td><td><code>{escape(route.path)}</code></td>"
        f"<td>{route.scope.word if route.scope else 'anyone'}</td><td>{escape(route.summary)}</td></tr>"
        for route in routes
    )
    head = "<tr><th>Method</th><th>Path</th><th>Scope</th><th>What</th></tr>"
    return f'<!doctype html><html lang="en"><title>Loquet API</title><h1>Loquet API, version 1</h1><table>{head}{rows}</table></html>'
