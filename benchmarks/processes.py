"""How are a node's two programs started, timed and weighed from outside? By systemd's own notice and /proc.

They start as installed ones do: compiled. Whoever builds here may have told Python to write no bytecode, and then our own
sources alone would be compiled at every start; so programs and rival alike keep theirs in a folder of the benchmarks' own.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, sleep

ROOT = Path(__file__).parent.parent
PATIENCE_S = 30
STILL_MB = 0.1


@contextmanager
def started(program: str, folder: Path) -> Iterator[tuple["subprocess.Popen[bytes]", float, float]]:
    """(the program, seconds to a safe relay (keeper), seconds to ready); it is ended with the block."""
    address = f"{folder}/notice"
    Path(address).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notice:
        notice.bind(address)
        notice.settimeout(PATIENCE_S)
        start = perf_counter()
        child = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.cold", program, str(folder)],
            cwd=ROOT,
            env={**compiled(), "NOTIFY_SOCKET": address},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            safe = 0.0
            if program == "keeper" and child.stdout is not None:
                child.stdout.readline()
                safe = perf_counter() - start
            while notice.recv(64) != b"READY=1":
                pass
            yield child, safe, perf_counter() - start
        finally:
            child.terminate()
            child.wait(PATIENCE_S)
            if child.stdout is not None:
                child.stdout.close()


def compiled() -> dict[str, str]:
    """The environment of a program whose bytecode is kept."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(ROOT / ".cache" / "bench-bytecode")}


def imported(module: str) -> float:
    """Seconds until a fresh Python has imported it."""
    start = perf_counter()
    subprocess.run([sys.executable, "-c", f"import {module}"], cwd=ROOT, env=compiled(), check=True)
    return perf_counter() - start


def settled_mb(pid: int) -> float:
    """What it weighs once it grows no more: a doorman loads his network code after he is ready."""
    before = weight_mb(pid)
    for _ in range(PATIENCE_S):
        sleep(1)
        now = weight_mb(pid)
        if abs(now - before) < STILL_MB:
            return now
        before = now
    return before


def weight_mb(pid: int) -> float:
    """What the process keeps of memory (its proportional share of what it shares: Pss), in MB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no Pss in smaps_rollup")


def written(pid: int) -> int:
    """Bytes that the process has sent to its disk."""
    for line in Path(f"/proc/{pid}/io").read_text().splitlines():
        if line.startswith("write_bytes:"):
            return int(line.split()[1])
    raise RuntimeError("no write_bytes in io")
