"""Which question to the hub is open, and until when? One at a time, 800 ms at most."""

from core.wire.messages import Answer

WAIT_MS = 800  # wire.md: a person at the reader waits no longer; then the node decides alone


class Questions:
    """The one open question."""

    def __init__(self) -> None:
        self._open: tuple[str, str, int] | None = None

    @property
    def due_ms(self) -> int | None:
        """When the node stops waiting."""
        return None if self._open is None else self._open[2]

    def begin(self, question: str, nonce: str, mono_ms: int) -> bool:
        """Open a question; False while another is open."""
        if self._open is not None:
            return False
        self._open = (question, nonce, mono_ms + WAIT_MS)
        return True

    def closed_by(self, answer: Answer, mono_ms: int) -> bool:
        """Does this answer the open question in time? Then it is closed."""
        if self._open is None:
            return False
        question, nonce, due_ms = self._open
        if (answer.id, answer.nonce) != (question, nonce) or mono_ms >= due_ms:
            return False
        self._open = None
        return True

    def given_up(self, mono_ms: int | None = None) -> str | None:
        """The id of the question whose time is over, now closed; without a time: of any open one."""
        if self._open is None or (mono_ms is not None and mono_ms < self._open[2]):
            return None
        question, self._open = self._open[0], None
        return question
