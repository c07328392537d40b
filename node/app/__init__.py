"""The wiring of a node's programs: the only place that knows every part.

`node.app.keeper` and `node.app.doorman` each build one program and load nothing of the other.
"""

import importlib
from typing import Any

from node.app.lean import spare_gpiozero, spare_metadata, spare_zones

spare_metadata()  # before any of them loads gpiozero
spare_gpiozero()
spare_zones()

_WHERE = {
    "keeper_program": "node.app.keeper",
    "run_keeper": "node.app.keeper",
    "doorman_program": "node.app.doorman",
    "courier_program": "node.app.courier",
    "run_doorman": "node.app.doorman",
}


def __getattr__(name: str) -> Any:
    """Load a program's wiring when it is asked for: the keeper stays without network code."""
    if name not in _WHERE:
        raise AttributeError(name)
    return getattr(importlib.import_module(_WHERE[name]), name)
