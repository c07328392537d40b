"""A node's program started cold, on mock pins: `python -m benchmarks.cold keeper|doorman FOLDER`.

Says `safe` when the relay's pin is claimed and off, and later `closed AT` with each edge that closes it (AT: this
machine's CLOCK_MONOTONIC in seconds, as every process reads it); systemd's notice says when it is ready.
"""

import sys
from pathlib import Path
from time import perf_counter

RELAY, ESTOP = 17, 22


def main(program: str, folder: str) -> int:
    """Run the program until SIGTERM."""
    import node.app  # noqa: F401, PLC0415 -- first, as in `loquet node`; all imports are part of what is measured
    from loquet.models.pins import Board  # noqa: PLC0415
    from node.settings import load  # noqa: PLC0415

    board, settings = Board(), load(Path(folder) / "node.toml")
    return _keeper(board, settings) if program == "keeper" else _doorman(settings)


def _keeper(board: object, settings: object) -> int:
    import signal  # noqa: PLC0415

    from node.app.keeper import hardware, keeper_program  # noqa: PLC0415
    from node.app.lean import spare_openssl  # noqa: PLC0415
    from node.clock import SystemClock  # noqa: PLC0415

    spare_openssl()

    def open_hardware() -> object:
        lines = hardware(settings, SystemClock(), board.factory)  # type: ignore[attr-defined, arg-type]
        _say("safe")
        board.drive(ESTOP, high=False)  # type: ignore[attr-defined]  # a closed loop: nobody presses
        board.watch(RELAY, lambda high: _say(f"closed {perf_counter()}") if high else None)  # type: ignore[attr-defined]
        return lines

    program = keeper_program(settings, open_hardware=open_hardware)  # type: ignore[arg-type]
    signal.signal(signal.SIGTERM, lambda *_: program.stop())
    return program.run()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _doorman(settings: object) -> int:
    import signal  # noqa: PLC0415

    from node.app.lean import spare_openssl  # noqa: PLC0415

    spare_openssl()  # as `loquet node run` does where the broker is on the board itself
    from node.app.doorman import doorman_program  # noqa: PLC0415
    from node.doorman.parts import DoormanParts  # noqa: PLC0415

    class EmptyReader:
        def alive(self) -> bool:
            return True

        def MFRC522_Init(self) -> None:  # noqa: N802 -- the package's name
            """Nothing to set up."""

        def read_uid(self) -> bytes | None:
            return None

        def Close_MFRC522(self) -> None:  # noqa: N802 -- the package's name
            """Nothing to give back."""

    program = doorman_program(settings, parts=DoormanParts(make_reader=EmptyReader))  # type: ignore[arg-type]
    signal.signal(signal.SIGTERM, lambda *_: program.stop())
    program.run()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
