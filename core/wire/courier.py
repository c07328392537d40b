"""Which messages pass between keeper and courier on one machine? Two, once a second each and at each change.

Rules: one JSON object of at most 4 KiB a packet (core.wire.socket); the courier has no say in power: it
carries the keeper's order to a plug and tells what plug and sensor say. Silence of 5 s on either side
counts as gone: for the keeper a lost sensor and an unconfirmed plug, for the courier an order to switch off.

- `want` (keeper): `closed` is the order, `n` its number, which rises with every new order, `age_ms` how
  long ago it was given: nothing is switched on for an old one.
- `report` (courier): `n` is the order that `plug` answers; `plug` what the plug itself says it stands at
  (null: nobody knows); `busy` and `power_w` null where the sensor is lost or there is none.
"""

from typing import Final

from core.wire.socket import Check, flag, natural, one_of, or_none

VERSION: Final = 1

FROM_KEEPER: Final[dict[str, dict[str, Check]]] = {
    "want": {"v": natural, "n": natural, "closed": flag, "age_ms": natural},
}
FROM_COURIER: Final[dict[str, dict[str, Check]]] = {
    "report": {
        "v": natural,
        "n": natural,
        "plug": or_none(one_of("on", "off")),
        "busy": or_none(flag),
        "power_w": or_none(natural),
    },
}
