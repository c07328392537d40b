"""How is a library loaded without what it loads and nobody here uses? A node's board has little memory and a slow card.

Rule: what is spared is only not loaded now. Whoever asks for it afterwards, by its name or through the library, gets it.
"""

import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """Stands for a module while another is loaded: whatever is taken from it loads the real one when it is called.

    Its errors are classes of their own, which nobody raises: a module that is not loaded has none.
    """

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):  # what the import machinery asks of every module
            raise AttributeError(name)
        if name.endswith("Error"):  # what an `except` asks
            error = type(name, (Exception,), {})
            setattr(self, name, error)
            return error
        module = self.__name__

        def call(*told: Any, **named: Any) -> Any:
            return getattr(importlib.import_module(module), name)(*told, **named)

        return call


@contextmanager
def spared(*, absent: Sequence[str] = (), later: Sequence[str] = ()) -> Iterator[None]:
    """What is loaded meanwhile finds none of `absent` (an ImportError), and stand-ins for `later`.

    A module that is loaded already is left as it is.
    """
    modules: dict[str, ModuleType | None] = sys.modules  # type: ignore[assignment]  # None: an ImportError
    stand_ins = dict.fromkeys(absent) | {name: _Later(name) for name in later}
    placed = {name: one for name, one in stand_ins.items() if name not in modules}
    modules.update(placed)
    try:
        yield
    finally:
        for name, one in placed.items():
            if modules.get(name) is one:
                modules.pop(name, None)
