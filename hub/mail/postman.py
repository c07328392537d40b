"""When does a mail leave? After the commit, in a thread of its own; a server that is down only makes it later.

1. A parcel is taken with a lease before it is sent: a crash in between sends it again, with the same Message-ID.
2. Each failure doubles the wait, from a minute to six hours; after three days it is given up, and the log says so.
3. A mail never holds up a booking, a page, a job or another mail's person.
"""

import threading
from datetime import datetime, timedelta

import structlog

from hub.mail.composing import KeyOf, compose, no_key
from hub.ports import Busy, Clock, Parcel, Store, Tx
from hub.ports.post import Letter, NotSent, Post

KIND = ("mail",)
AT_ONCE = 20
LEASE = timedelta(minutes=5)  # over the time that AT_ONCE letters take a slow server, usually
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
GIVEN_UP_AFTER = timedelta(days=3)  # RFC 5321 §4.5.4.1 asks for 4 to 5 days; what we say is stale before
LOOK_S = 1.0  # how often the outbox is looked at
log = structlog.get_logger("mail")


class Postman:
    """Drains the outbox's mails into a Post."""

    def __init__(
        self, store: Store, clock: Clock, post: Post, public_url: str, key_of: KeyOf = no_key
    ) -> None:
        """Nothing leaves before `start`; a leap of the clock is looked at without waiting."""
        self._store, self._clock, self._post = store, clock, post
        self._url, self._key_of = public_url, key_of
        self._wake, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work, name="postman", daemon=True)
        clock.on_leap(self._wake.set)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; the letter that is being sent is finished, the others stay in the outbox."""
        self._over.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def idle(self) -> bool:
        """Is no mail due?"""
        now = self._clock.wall()
        return not self._store.read(lambda tx: tx.outbox.waiting(KIND, now))

    def run(self) -> int:
        """Send what is due now, at most a round of it. How many left."""
        if self.idle():
            return 0
        now = self._clock.wall()
        taken = self._store.write(lambda tx: self._take(tx, now))
        return sum(self._deliver(parcel, now) for parcel in taken if self._still_ours(now))

    def _still_ours(self, taken: datetime) -> bool:
        """Whether to begin another letter: one whose lease runs out meanwhile would be sent by a second postman, too."""
        return not self._over.is_set() and self._clock.wall() - taken < LEASE / 2

    def _take(self, tx: Tx, now: datetime) -> list[Parcel]:
        taken = list(tx.outbox.due(now, KIND, AT_ONCE))
        for parcel in taken:
            tx.outbox.later(parcel.id, now + LEASE, "being sent")
        return taken

    def _deliver(self, parcel: Parcel, now: datetime) -> bool:
        letter = self._letter(parcel, now)
        if letter is None:
            self._store.write(lambda tx: tx.outbox.done(parcel.id, now))
            return False
        try:
            self._post.send(letter)
        except NotSent as failure:
            self._failed(parcel, failure, now)
            return False
        self._store.write(lambda tx: tx.outbox.done(parcel.id, now))
        return True

    def _letter(self, parcel: Parcel, now: datetime) -> Letter | None:
        try:
            return self._store.read(lambda tx: compose(tx, parcel, self._url, now, self._key_of))
        except (
            KeyError,
            TypeError,
            ValueError,
        ) as defect:  # a parcel that is not what it should be holds up no other
            log.exception("mail.unreadable", parcel=parcel.id, defect=type(defect).__name__)
            return None

    def _failed(self, parcel: Parcel, failure: NotSent, now: datetime) -> None:
        if failure.for_good or now - parcel.created >= GIVEN_UP_AFTER:
            log.error("mail.given_up", parcel=parcel.id, why=str(failure))
            self._store.write(lambda tx: tx.outbox.done(parcel.id, now))
            return
        log.warning("mail.later", parcel=parcel.id, tries=parcel.tries + 1, why=str(failure))
        due = now + wait_after(parcel.tries)
        self._store.write(lambda tx: tx.outbox.later(parcel.id, due, str(failure)))

    def _work(self) -> None:
        while not self._over.is_set():
            try:
                sent = self.run()
            except Busy:
                sent = 0
            if not sent:
                self._wake.wait(LOOK_S)
                self._wake.clear()


def wait_after(tries: int) -> timedelta:
    """How long until the next try."""
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << min(tries // 2, 16)))  # a taking and a failure count one each
