"""What need not be loaded at all? Half of gpiozero's start, and in a keeper OpenSSL: a Pi Zero 2 has 512 MB and a slow card.

gpiozero imports importlib.metadata (with email, zipfile, csv: 20 of its 50 ms) to find a pin factory by name. Every part here
is given its factory, so the question is not asked; should it be, the real module answers.
"""

import importlib
import sys
from types import ModuleType
from typing import Any

BACKPORT = "importlib_metadata"  # the name under which gpiozero looks first


def spare_metadata() -> None:
    """Call it before gpiozero is imported; where the backport is installed or gpiozero is there, it changes nothing."""
    if "gpiozero" not in sys.modules and BACKPORT not in sys.modules:
        module = ModuleType(BACKPORT, __doc__)
        module.entry_points = _entry_points  # type: ignore[attr-defined]
        module.__getattr__ = _real  # type: ignore[method-assign]  # whoever else asks for it gets the real one
        sys.modules[BACKPORT] = module


def spare_openssl() -> None:
    """Call it first in a process that is a keeper and nothing else: it hashes some hundred bytes a tap, as Python itself can.

    Where hashlib is loaded already it changes nothing.
    """
    if "hashlib" not in sys.modules and "_hashlib" not in sys.modules:
        sys.modules["_hashlib"] = None  # type: ignore[assignment]  # an ImportError: hashlib then takes its own
        importlib.import_module("hashlib")
        importlib.import_module("hmac")
        del sys.modules["_hashlib"]


def _entry_points(**wanted: Any) -> Any:
    return _real("entry_points")(**wanted)


def _real(name: str) -> Any:
    if name.startswith("__"):  # what the import machinery asks of every module
        raise AttributeError(name)
    return getattr(importlib.import_module("importlib.metadata"), name)
