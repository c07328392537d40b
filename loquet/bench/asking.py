"""Is what was asked of the bench in order? What is not is 422, in one place."""

from loquet.bench.channel import BenchNo
from loquet.bench.clock import BenchClock

TEN_YEARS_S = 10 * 366 * 86_400  # api.md: over ten years is 422
UID_BYTES = (4, 7, 10)  # ISO 14443-3: single, double, triple size


def stamp(clock: BenchClock) -> str:
    """The bench's present instant as the API writes it."""
    return clock.wall().isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_uid(uid: object) -> bool:
    """Whether this is a UID of 4, 7 or 10 bytes in hex."""
    if not isinstance(uid, str) or not uid.isascii() or not uid.isalnum():
        return False
    try:
        return len(bytes.fromhex(uid)) in UID_BYTES
    except ValueError:
        return False


def whole(number: object, name: str, least: int, most: int) -> int:
    """`number` as an int within limits, else BenchNo(422)."""
    if isinstance(number, bool) or not isinstance(number, int | float) or not least <= number <= most:
        raise BenchNo(422, name)
    if number != int(number):
        raise BenchNo(422, name)
    return int(number)


def seconds(number: object, name: str, least: float) -> None:
    """Accept a number of seconds from `least` to ten years, else BenchNo(422)."""
    if isinstance(number, bool) or not isinstance(number, int | float) or not least <= number <= TEN_YEARS_S:
        raise BenchNo(422, name)


def truth(value: object, name: str) -> None:
    """Accept true or false, nothing that only looks like it."""
    if not isinstance(value, bool):
        raise BenchNo(422, name)
