"""What is worked out once for each object, when it is first asked?"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class once(Generic[T]):  # noqa: N801 -- it is said as a decorator
    """functools.cached_property without its lock: what it stands on belongs to one thread, and somebody waits for it."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, asked: object, owner: type) -> T:
        found = asked.__dict__[self._name] = self._make(asked)
        return found
