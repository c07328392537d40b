"""How do our scripts speak? One line per step, a tick at the end, and with every failure the way out."""

import sys
from typing import NoReturn


def step(text: str) -> None:
    """What is being done now."""
    print(f"  · {text}", flush=True)


def done(text: str) -> None:
    """What stands now."""
    print(f"  ✓ {text}", flush=True)


def warn(text: str, way_out: str) -> None:
    """What is missing, though we go on."""
    print(f"  ! {text}\n    → {way_out}", file=sys.stderr, flush=True)


def fail(text: str, way_out: str) -> NoReturn:
    """The end: what went wrong, and what to do about it."""
    print(f"  ✗ {text}\n    → {way_out}", file=sys.stderr, flush=True)
    raise SystemExit(1)
