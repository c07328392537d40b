"""Is what was computed before still true?"""

from collections.abc import Mapping, Sequence
from typing import Protocol

LABS = "labs"  # which labs there are
NAMES = "names"  # what people are called
MARK = "mark"  # which store this is


class Revisions(Protocol):
    """A number for everything that is worth keeping in memory: another number, another content.

    Every commit that changes the content changes the number, in whichever process it was made. The numbers have no order.
    """

    def of(self, names: Sequence[str]) -> Mapping[str, int]:
        """The present numbers of these (`house_name`, `calendar_name`, `floor_name`, LABS, MARK, NAMES, `person_name`); 0 for what never changed yet."""
        ...


def house_name(lab: str) -> str:
    """What stands in the house: the lab, its families, machines, seats, hours and closures."""
    return f"house/{lab}"


def calendar_name(machine: str) -> str:
    """What is reserved on a machine."""
    return f"calendar/{machine}"


def floor_name(machine: str) -> str:
    """What happens at a machine: its node's word, its sessions, its locks."""
    return f"floor/{machine}"


def person_name(person: str) -> str:
    """Who somebody is and may ask for what: the person, the roles, the tokens, certificates, strikes, badges."""
    return f"person/{person}"
