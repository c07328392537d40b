"""A whole node on a real broker: keeper, doorman, hub by hand and Mosquitto, each a process that can be killed."""

import json
import queue
import signal
import subprocess
import threading

from tests.faults.traced import Traced
from tests.node.program.house import HERS, SECRET, put_on_shelf

WITHIN_S = 30
LOOK_S = 0.02


class Wired(Traced):
    """A traced machine, its doorman and its hub."""

    def __init__(self, folder, broker):
        super().__init__(folder)
        self.broker, self.port = broker, broker.port
        (folder / "key").write_text(SECRET.hex())
        (folder / "key").chmod(0o600)
        (folder / "password").write_text("las-1-secret")
        self._point_at(broker.port)
        put_on_shelf(folder / "shelf.db")
        self.people = self.hub = None
        self.seen, self.outcomes = {}, queue.Queue()

    def _point_at(self, port):
        told = self.file.read_text().replace("port = 1883", f'port = {port}\npassword_file = "password"')
        self.file.write_text(told + '[reader]\nkind = "mfrc522"\n[face]\nkind = "simulated"\n')

    def start(self, **policy):
        """Everything up, linked, with a view that is fresh."""
        super().start(**policy)
        self.doorman.line.close()  # the doorman of a few lines leaves; the real one comes
        self.doorman = None
        self.hire_hub()
        self.hire_doorman()
        self.until(lambda seen: seen.get("fresh") and seen["usable"] and seen["keeper"] == "ok", "linked")
        return self

    def hire_doorman(self):
        """A start of the doorman's process."""
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with (self.folder / "doorman said").open("ab") as said:
            arguments = ("tests.faults.doorman_process", self.file, self.folder / "clock")
            self.people = self._python(*arguments, **pipes, stderr=said)
        self.seen = {}
        threading.Thread(target=self._listen, args=(self.people,), daemon=True).start()

    def hire_hub(self):
        """A start of the hub's process."""
        arguments = ("tests.node.program.hub_by_hand", self.port, "hub-secret")
        self.hub = self._python(*arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self.hub.stdout.readline() == "ready\n"

    def _listen(self, people):
        for line in people.stdout:
            word, told = line.split(" ", 1)
            if word == "outcome":
                self.outcomes.put(json.loads(told))
            elif people is self.people:
                self.seen = json.loads(told)

    def until(self, condition, what):
        """Wait until the doorman sees it so."""
        pause = threading.Event()
        for _ in range(int(WITHIN_S / LOOK_S)):
            if condition(self.seen):
                return
            pause.wait(LOOK_S)
        raise AssertionError(
            f"never: {what}; {self.seen} {(self.folder / 'doorman said').read_text()[-1500:]}"
        )

    def badge(self, uid=HERS):
        """Lay a badge and take it away again; what was decided."""
        self._tell(f"lay {uid.hex()}")
        outcome = self.outcomes.get(timeout=WITHIN_S)
        self._tell("lift")
        self.until(lambda seen: not seen["card"] and seen["idle"], "card gone")
        return outcome

    def _tell(self, line):
        self.people.stdin.write(f"{line}\n")
        self.people.stdin.flush()

    def dismiss(self, process):
        """Kill a process."""
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=WITHIN_S)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def close(self):
        for process in (self.people, self.hub):
            if process is not None and process.returncode is None:
                process.send_signal(signal.SIGCONT)
                self.dismiss(process)
        super().close()
