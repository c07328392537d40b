"""lgpio's place taken: levels of every line, and a trace of the relay's in a file that outlives the process.

One line of the trace is `milliseconds level types`: CLOCK_BOOTTIME of the bench, `high`, `low` or `floats`, and
the types of the newest session's records that are on the disk at this very instant.
"""

import json
import os
import queue
import sqlite3
import sys
import threading
import types

OUTPUT_MODE = 2  # lgpio: GPIO_IS_OUT


class Lines:
    """Every line of one board."""

    SET_PULL_NONE = SET_PULL_UP = SET_PULL_DOWN = 0
    RISING_EDGE, FALLING_EDGE, BOTH_EDGES = 1, 2, 3
    error = OSError

    def __init__(self, relay, feedback, trace, journal, now_ms):
        self._relay, self._feedback, self._now_ms = relay, feedback, now_ms
        self._journal = journal
        self._trace = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._levels, self._driven, self._heard = {}, set(), {}
        self._guard = threading.RLock()
        self.follows = True  # the contactor's own contact does what its coil does
        self._alerts = queue.Queue()
        threading.Thread(target=self._alert, daemon=True).start()

    def take_place(self):
        """From now on `import lgpio` finds these lines."""
        module = types.ModuleType("lgpio")
        for name in dir(self):
            if not name.startswith("__"):
                setattr(module, name, getattr(self, name))
        sys.modules["lgpio"] = module

    def pull(self, number, *, high):
        """From outside: a button, a contact, a sensor."""
        with self._guard:
            changed = self._levels.get(number, True) is not high
            self._levels[number] = high
            call = self._heard.get(number)
        if changed and call is not None:
            self._alerts.put((call, number, high))

    def told(self):
        """Return once gpiozero has heard of every change."""
        self._alerts.join()

    # --- what gpiozero calls ---

    def gpiochip_open(self, chip):
        return chip

    def gpiochip_close(self, _handle):
        for number in list(self._driven):
            self._float(number)

    def gpio_claim_input(self, _handle, number, _flags=0):
        self._float(number)

    def gpio_free(self, _handle, number):
        self._float(number)

    def gpio_claim_output(self, _handle, number, level=0, _flags=0):
        self._driven.add(number)
        self._drive(number, high=bool(level))

    def gpio_write(self, _handle, number, level):
        self._drive(number, high=bool(level))

    def gpio_read(self, _handle, number):
        return int(self._levels.get(number, True))

    def gpio_get_mode(self, _handle, number):
        return OUTPUT_MODE if number in self._driven else 0

    def gpio_set_debounce_micros(self, _handle, number, span):
        pass

    def gpio_claim_alert(self, *arguments):
        pass

    def callback(self, _handle, number, _edges, call):
        self._heard[number] = call
        return types.SimpleNamespace(cancel=lambda: self._heard.pop(number, None))

    # --- within ---

    def _alert(self):
        """lgpio's own thread: a change is told by it, never by the thread that made it."""
        while True:
            call, number, high = self._alerts.get()
            call(0, number, int(high), self._now_ms() * 1_000_000)
            self._alerts.task_done()

    def _drive(self, number, *, high):
        self._levels[number] = high
        if number == self._relay[0]:
            self._note("high" if high else "low")
            if self.follows:
                self.pull(self._feedback, high=high is not self._relay[1])  # closed with it: to ground

    def _float(self, number):
        if number in self._driven:
            self._driven.discard(number)
            if number == self._relay[0]:
                self._note("floats")

    def _note(self, level):
        line = f"{self._now_ms()} {level} {','.join(self._on_disk())}\n"
        os.write(self._trace, line.encode())

    def _on_disk(self):
        """The newest session's records, as another process would read them now."""
        try:
            with sqlite3.connect(f"file:{self._journal}?mode=ro", uri=True, timeout=0) as base:
                rows = base.execute("SELECT text FROM record ORDER BY journal, seq").fetchall()
            base.close()
        except sqlite3.Error:
            return ["unreadable"]
        told = [json.loads(text) for (text,) in rows]
        starts = [one["session"] for one in told if one["type"] == "session-start"]
        return [one["type"] for one in told if starts and one["session"] == starts[-1]]
