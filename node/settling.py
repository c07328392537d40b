"""When does a program look over its memory for rubbish? Hardly ever: a tap must not wait for it.

What stands at start (the code, ten thousand members' grants) lives as long as the program and is not looked over again.
"""

import gc
import threading
from typing import Final

YOUNG: Final = 10_000  # objects between two looks: a dozen taps' worth, and about a megabyte


def settle() -> None:
    """Call it when all that lives long is there; whoever runs in another program's thread leaves that program alone."""
    if threading.current_thread() is threading.main_thread():
        gc.freeze()
        gc.set_threshold(YOUNG)
