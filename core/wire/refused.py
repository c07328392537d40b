"""Why was a message from the wire turned away? One exception, one stable code for each cause.

Whoever receives catches `Refused` at one place, counts it and logs it once; nobody else does.
"""

from enum import StrEnum


class Flaw(StrEnum):
    """What was wrong with a message, in the order in which it is looked for."""

    TOPIC = "TOPIC"  # not a topic of this protocol, or one that was not asked for
    NODE = "NODE"  # a node that is not ours
    SIZE = "SIZE"  # more bytes than this kind of message may have
    SEAL = "SEAL"  # no envelope, or a mac that does not fit key, topic and body
    INFLATE = "INFLATE"  # not zlib, cut short, something behind it, or a bomb
    JSON = "JSON"  # no JSON object, or one that two parsers would read differently
    VERSION = "VERSION"  # a `v` that is not ours
    SHAPE = "SHAPE"  # a field is missing or is not what it should be


class Refused(Exception):  # noqa: N818 - a refusal is what it is called everywhere in the house
    """A message that is not taken: `flaw` is stable, `detail` is for the log and holds no payload."""

    def __init__(self, flaw: Flaw, detail: str = "") -> None:
        super().__init__(f"{flaw.value}: {detail}" if detail else flaw.value)
        self.flaw = flaw
        self.detail = detail
