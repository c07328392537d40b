"""Who waits for slow answers, so that the loop need not? Threads that only put into the inbox."""

import logging
from collections.abc import Callable, Mapping
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Final

from node.courier.events import CallAnswered, PrinterSaid
from node.courier.fetching import Answer, NotFetchedError, fetch, path_of
from node.courier.printers import Question
from node.courier.signing_in import REFUSED, Digest, RefusedError

EVERY_S: Final = 2.0
MOST_CALLS: Final = 4
log = logging.getLogger("loquet.courier")


class PrinterPoll:
    """Asks one printer every two seconds."""

    def __init__(
        self,
        url: str,
        question: Question,
        headers: Mapping[str, str],
        put: Callable[[object], None],
        digest: Digest | None = None,
    ) -> None:
        self._url, self._question, self._headers, self._put = url, question, headers, put
        self._digest = digest
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
            answer = self._fetched(self._url + self._question.path)
            busy = self._question.read(answer.status, answer.body)
            told = f"status={answer.status}"
        except RefusedError as problem:
            busy, told = None, f"refused={problem}"
        except NotFetchedError as problem:
            busy, told = None, f"problem={problem}"
        if (busy is not None) is not self._well:
            self._well = busy is not None
            log.warning("event=printer_%s %s", "heard" if self._well else "lost", told)
        self._put(PrinterSaid(busy))

    def _fetched(self, url: str) -> Answer:
        if self._digest is None:
            return fetch(url, self._headers)
        return self._digest.fetched(lambda signed: fetch(url, {**self._headers, **signed}), path_of(url))

    def _run(self) -> None:
        while not self._end.is_set():
            self.look()
            self._end.wait(EVERY_S)


class Caller:
    """Makes the HTTP calls that a plug needs, one after the other; what is too many is dropped."""

    def __init__(self, put: Callable[[object], None], headers: Mapping[str, str] | None = None) -> None:
        self._put, self._headers = put, headers or {}
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
            self.once(url)

    def once(self, url: str) -> None:
        """One call, now."""
        try:
            answer = fetch(url, self._headers)
        except NotFetchedError as problem:
            log.warning("event=call_failed problem=%s", problem)
            return
        if answer.status == REFUSED:
            log.warning("event=call_refused status=%s", answer.status)
        self._put(CallAnswered(answer.body))
