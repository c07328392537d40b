"""Which doors are there? A table of routes; serving.py opens them, openapi.py describes them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.api.door import PREFIX, Answer
from hub.api.forms import Strict
from hub.services.letting_in import Scope

Handler = Callable[..., Answer]
LARGEST = 64 * 1024  # bytes of a body; the largest honest one (a note of 500 characters) has under 4 KiB


@dataclass(frozen=True, slots=True)
class Route:
    """One door: `scope` None for anyone; `form` is what its body must be, `query` what it looks at.

    `answer` names the schema of what it gives back, or its media type; what is sent or shown at a `secret` one is kept sealed for its key.
    Its body has at most `most_bytes`; `prepare` makes ready what takes long in one, before anything is written or waits.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    scope: Scope | None = None
    form: type[Strict] | None = None
    query: tuple[str, ...] = ()
    success: int = 200
    answer: str = ""
    secret: bool = False
    most_bytes: int = LARGEST
    prepare: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None

    @property
    def name(self) -> str:
        """Flask's name for it."""
        return f"{self.method.lower()} {self.path}".replace(".", "_")


@dataclass(slots=True)
class Routes:
    """The doors of one subject."""

    all: list[Route] = field(default_factory=list)
    prefix: str = PREFIX

    def add(self, method: str, path: str, **more: Any) -> Callable[[Handler], Handler]:
        """Register the function below as the door of `method` and `path`; its docstring is the summary."""

        def register(handler: Handler) -> Handler:
            summary = (handler.__doc__ or "").strip().splitlines()[0]
            self.all.append(Route(method, self.prefix + path, handler, summary, **more))
            return handler

        return register
