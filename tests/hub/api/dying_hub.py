"""A hub that dies by SIGKILL between the commit of what was asked and its answer: `python -m tests.hub.api.dying_hub URL dies|lives`.

Says its port, then answers until it is killed.
"""

import os
import signal
import sys

from werkzeug.serving import make_server

from hub.ports import ReservationFilter
from hub.store.store import open_store
from tests.cast import ADC
from tests.hub.api.conftest import StoppedClock, app_over


class Dying:
    """A store whose process is gone as soon as a reservation is committed."""

    def __init__(self, store):
        self._store, self.read = store, store.read

    def write(self, fn):
        done = self._store.write(fn)
        if self.read(lambda tx: tx.bookings.page(ReservationFilter(lab=ADC))):
            os.kill(os.getpid(), signal.SIGKILL)
        return done


def main(url: str, how: str) -> None:
    with open_store(url) as store:
        app = app_over(Dying(store) if how == "dies" else store, StoppedClock())
        server = make_server("127.0.0.1", 0, app, threaded=True)
        sys.stdout.write(f"{server.port}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
