"""Who waits for slow answers, so that the loop need not? Threads that only put into the inbox."""

import logging
from collections.abc import Callable, Mapping
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Final

from node.courier.events import CallAnswered, PrinterSaid
from node.courier.fetching import NotFetchedError, fetch
from node.courier.printers import Question

EVERY_S: Final = 2.0
MOST_CALLS: Final = 4
log = logging.getLogger("loquet.courier")


class PrinterPoll:
    """Asks one printer every two seconds."""

    def __init__(
        self, url: str, question: Question, headers: Mapping[str, str], put: Callable[[object], None]
    ) -> None:
        self._url, self._question, self._headers, self._put = url, question, headers, put
        self._well: bool | None = None
        self._end = Event()
        self._thread = Thread(target=self._run, name="printer", daemon=True)

    def start(self) -> None:
        """Ask from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Ask no more."""
        self._end.set()
        self._thread.join(5)

    def look(self) -> None:
        """One question."""
        try:
            answer = fetch(self._url + self._question.path, self._headers)
            busy = self._question.read(answer.status, answer.body)
            told = f"status={answer.status}"
        except NotFetchedError as problem:
            busy, told = None, f"problem={problem}"
        if (busy is not None) is not self._well:
            self._well = busy is not None
            log.warning("event=printer_%s %s", "heard" if self._well else "lost", told)
        self._put(PrinterSaid(busy))

    def _run(self) -> None:
        while not self._end.is_set():
            self.look()
            self._end.wait(EVERY_S)


class Caller:
    """Makes the HTTP calls that a plug needs, one after the other; what is too many is dropped."""

    def __init__(self, put: Callable[[object], None]) -> None:
        self._put = put
        self._calls: Queue[str] = Queue(MOST_CALLS)
        self._end = Event()
        self._thread = Thread(target=self._run, name="caller", daemon=True)

    def start(self) -> None:
        """Call from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Call no more."""
        self._end.set()
        self._thread.join(5)

    def call(self, url: str) -> None:
        """Call soon."""
        try:
            self._calls.put_nowait(url)
        except Full:
            log.warning("event=call_dropped")

    def _run(self) -> None:
        while not self._end.is_set():
            try:
                url = self._calls.get(timeout=0.5)
            except Empty:
                continue
            try:
                self._put(CallAnswered(fetch(url, {}).body))
            except NotFetchedError as problem:
                log.warning("event=call_failed problem=%s", problem)
