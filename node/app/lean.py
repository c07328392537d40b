"""What need not be loaded at all? Half of gpiozero's start, and in a keeper OpenSSL: a Pi Zero 2 has 512 MB and a slow card.

gpiozero imports importlib.metadata (with email, zipfile, csv: 20 of its 50 ms) to find a pin factory by name. Every part here
is given its factory, so the question is not asked; should it be, the real module answers.
"""

import importlib
import os
import sys
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from node.sparing import spared

UNUSED = (
    "gpiozero.boards",
    "gpiozero.internal_devices",
    "gpiozero.spi_devices",
    "statistics",
    "colorzero",
)
ZONES = (
    "/usr/share/zoneinfo",
    "/usr/lib/zoneinfo",
    "/usr/share/lib/zoneinfo",
    "/etc/zoneinfo",
)  # Python's own
BACKPORT = "importlib_metadata"  # the name under which gpiozero looks first


def spare_metadata() -> None:
    """Call it before gpiozero is imported; where the backport is installed or gpiozero is there, it changes nothing."""
    if "gpiozero" not in sys.modules and BACKPORT not in sys.modules:
        module = ModuleType(BACKPORT, __doc__)
        module.entry_points = _entry_points  # type: ignore[attr-defined]
        module.__getattr__ = _real  # type: ignore[method-assign]  # whoever else asks for it gets the real one
        sys.modules[BACKPORT] = module


def spare_gpiozero() -> None:
    """When gpiozero is loaded, it is without the boards, converters and colours that no node has: 3 of its 5 MB."""
    if "gpiozero" not in sys.modules and not any(isinstance(one, _Gpiozero) for one in sys.meta_path):
        sys.meta_path.insert(0, _Gpiozero())


class _Gpiozero:
    """Finds gpiozero as the others do, and watches over its loading, once."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        """The others' finding."""
        if name != "gpiozero":
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                with spared(later=UNUSED):
                    load(module)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def spare_openssl() -> None:
    """Call it first in a process without TLS: a tap's some hundred bytes are hashed as Python itself can.

    Where hashlib is loaded already it changes nothing.
    """
    if "hashlib" not in sys.modules and "_hashlib" not in sys.modules:
        sys.modules["_hashlib"] = None  # type: ignore[assignment]  # an ImportError: hashlib then takes its own
        importlib.import_module("hashlib")
        importlib.import_module("hmac")
        del sys.modules["_hashlib"]


def spare_zones() -> None:
    """Call it before zoneinfo is imported: else it asks sysconfig's table of Python's own making for the zones' places.

    Where the system has no zones, those of the package tzdata are found as files, without importlib.resources.
    """
    if "zoneinfo" not in sys.modules:
        package = PathFinder.find_spec("tzdata")
        homes = [] if package is None else package.submodule_search_locations or []
        places = (*ZONES, *(os.path.join(home, "zoneinfo") for home in homes))  # noqa: PTH118 -- texts
        os.environ.setdefault("PYTHONTZPATH", os.pathsep.join(places))


def _entry_points(**wanted: Any) -> Any:
    return _real("entry_points")(**wanted)


def _real(name: str) -> Any:
    if name.startswith("__"):  # what the import machinery asks of every module
        raise AttributeError(name)
    return getattr(importlib.import_module("importlib.metadata"), name)
