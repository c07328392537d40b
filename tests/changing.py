"""The same value with something changed: of dataclasses and of named tuples alike."""

import dataclasses
from typing import Any, TypeVar

T = TypeVar("T")


def replace(value: T, **changes: Any) -> T:
    """As dataclasses.replace, for named tuples too."""
    anything: Any = value
    changed: T = (
        anything._replace(**changes) if isinstance(value, tuple) else dataclasses.replace(anything, **changes)
    )
    return changed
