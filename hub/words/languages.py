"""Which languages does the house speak, and which of them does a caller want?

French, Dutch and English, in that order; a lab in Brussels answers a stranger in French.
"""

from collections.abc import Iterable

LANGUAGES = ("fr", "nl", "en")
OWN_NAMES = {"fr": "Français", "nl": "Nederlands", "en": "English"}
LOCALES = {
    "fr": "fr_BE",
    "nl": "nl_BE",
    "en": "en_GB",
}  # Belgian dates and numbers; en_GB writes the day first too


def known_language(code: str | None) -> str:
    """`code` if the house speaks it ("fr-BE" counts as "fr"), else the lab's first language."""
    short = (code or "").lower()[:2]
    return short if short in LANGUAGES else LANGUAGES[0]


def best_language(accepted: Iterable[tuple[str, float]], own: str = LANGUAGES[0]) -> str:
    """The wanted language of highest quality among (tag, quality) pairs of an Accept-Language header; else one's `own`."""
    ranked = sorted(accepted, key=lambda pair: -pair[1])
    spoken = (tag.lower()[:2] for tag, quality in ranked if quality > 0 and tag.lower()[:2] in LANGUAGES)
    return next(spoken, known_language(own))
