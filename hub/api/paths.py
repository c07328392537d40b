"""Which door does an address mean? Only what is written exactly as the doors are; the rest is for the framework to judge."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from hub.api.routes import Route

Met = tuple[Route, dict[str, str]]
Written = tuple[str, str]


class LateRule(Rule):
    """A rule that learns how its address is written when somebody wants it written.

    Few are ever asked, and the framework compiles a program for each: for a thousand doors half of the start.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., Written]:
        learned: list[Callable[..., Written]] = []

        def writes(rule: Rule, /, **values: str) -> Written:
            if not learned:
                learned.append(super(LateRule, self)._compile_builder(append_unknown))
            return learned[0](rule, **values)

        return writes


class Paths:
    """The doors by method and path."""

    def __init__(self, routes: Iterable[Route]) -> None:
        all_of_them = list(routes)
        self._plain = {(one.method, one.path): one for one in all_of_them if "{" not in one.path}
        rules = [LateRule(rule_of(one.path), methods=[one.method], endpoint=one) for one in all_of_them]
        self._all = Map(rules).bind("door")

    def find(self, environ: Mapping[str, Any]) -> Met | None:
        """The door and what stands at its variable places; None where no door is just so."""
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        plain = self._plain.get((method, path))
        if plain is not None:
            return plain, {}
        try:
            route, places = self._all.match(path.encode("latin-1").decode(errors="replace"), method)
        except HTTPException:  # not found, not in this way, or one slash away
            return None
        return route, dict(places)


def rule_of(path: str) -> str:
    """The framework's way of writing a path."""
    return path.replace("{", "<").replace("}", ">")
