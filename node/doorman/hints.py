"""When does the node say how it stands, and does the hub seem alive? Open messages: display and boards."""

from dataclasses import replace

from core.wire.messages import HubState, NodeState

STATE_EVERY_MS = 10_000  # wire.md: on every change and at least every 10 s
HUB_SILENT_MS = 15_000  # wire.md: no live beat for 15 s means down


class StateBoard:
    """The node's open state: what was last said, and when it is to be said again."""

    def __init__(self) -> None:
        self._wanted: NodeState | None = None
        self._said: NodeState | None = None
        self._again_ms = 0

    @property
    def again_ms(self) -> int | None:
        """When the same is said again."""
        return None if self._said is None else self._again_ms

    def want(self, state: NodeState) -> None:
        """This is how it stands."""
        self._wanted = state

    def forget(self) -> None:
        """Nobody has heard anything: the connection is new."""
        self._said = None

    def due(self, mono_ms: int) -> NodeState | None:
        """What to say now, if anything; the running time alone is no news."""
        if self._wanted is None:
            return None
        if self._said == replace(self._wanted, uptime_s=None) and mono_ms < self._again_ms:
            return None
        self._said = replace(self._wanted, uptime_s=None)
        self._again_ms = mono_ms + STATE_EVERY_MS
        return self._wanted


class HubHint:
    """Does the hub seem up? A beat counts for 15 s."""

    def __init__(self) -> None:
        self.up = False
        self._until_ms = 0

    @property
    def until_ms(self) -> int | None:
        """When silence becomes "down"."""
        return self._until_ms if self.up else None

    def beat(self, state: HubState, mono_ms: int) -> bool:
        """Take a beat; True when the hint changed."""
        before, self.up = self.up, state.state == "up"
        self._until_ms = mono_ms + HUB_SILENT_MS
        return self.up is not before

    def leapt(self, mono_ms: int) -> None:
        """The clock was moved: the silence so far was none."""
        self._until_ms = mono_ms + HUB_SILENT_MS

    def silent(self, mono_ms: int) -> bool:
        """True when the hub has just been silent for too long."""
        if not self.up or mono_ms < self._until_ms:
            return False
        self.up = False
        return True

    def lost(self) -> bool:
        """The connection ended: True when the hint changed."""
        before, self.up = self.up, False
        return before
