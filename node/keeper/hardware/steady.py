"""How is an active-low relay claimed without a pulse? lgpio takes the level with the claim.

gpiozero's own lgpio pin claims a line low and sets it afterwards, and floats it at close: an
active-low relay is then on for 18 ms at each start (measured). These pins claim with the level and
stay driven until the process ends.
"""

from typing import Any

import lgpio
from gpiozero.pins.lgpio import LGPIOFactory, LGPIOPin


class SteadyPin(LGPIOPin):
    """An lgpio pin that becomes an output at its level, and stays one."""

    def output_with_state(self, state: bool) -> None:
        """Claim the line with its level in one call."""
        lgpio.gpio_claim_output(self.factory._handle, self._number, int(bool(state)))  # noqa: SLF001

    def _get_state(self) -> Any:
        """The level; what lgpio cannot read is an OSError, as on every other pin: then it counts as tripped."""
        try:
            return super()._get_state()
        except lgpio.error as problem:
            raise OSError(str(problem)) from problem

    def close(self) -> None:
        """An output keeps its level: the kernel frees it when the process ends."""
        if self.factory._handle is not None and self.function != "output":  # noqa: SLF001
            super().close()


class SteadyFactory(LGPIOFactory):
    """The board's pins, each of them steady."""

    def __init__(self, chip: int | None = None) -> None:
        super().__init__(chip)
        self.pin_class = SteadyPin
