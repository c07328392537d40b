"""How does a child never outlive the launcher? Linux sends it a signal when its parent dies.

Run as `python tether.py PARENT SIGNAL PROGRAM ARGS…`: ties itself, then becomes the program. Standard
library alone, and no import of ours: it stands between fork and exec.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1  # <sys/prctl.h>; kept over exec, so the program need not know


def tie(parent: int, signal_number: int) -> None:
    """Have this process sent `signal_number` when `parent` dies; end at once if it already has."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:
        sys.exit(0)


if __name__ == "__main__":
    tie(int(sys.argv[1]), int(sys.argv[2]))
    os.execvp(sys.argv[3], sys.argv[3:])  # noqa: S606  the launcher's own list, no shell
