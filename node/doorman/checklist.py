"""What is confirmed at a sign-off? The course's own list, where the view brings one; else the house's, three items.

Each item is said in three languages, at most 42 letters: two lines of the display.
"""

from collections.abc import Mapping
from typing import Final

from core.grants import Checklists

Item = Mapping[str, str]
TRAINER: Final[Item] = {
    "id": "trainer",
    "fr": "Badge formateur·rice",
    "nl": "Badge lesgever",
    "en": "Trainer badge",
}
TRAINEE: Final[Item] = {
    "id": "trainee",
    "fr": "Badge apprenant·e",
    "nl": "Badge cursist",
    "en": "Trainee badge",
}
HOUSE: Final[tuple[Item, ...]] = (
    {
        "id": "stop",
        "fr": "Arrêt d'urgence et incendie: montrés ?",
        "nl": "Noodstop en brand: getoond?",
        "en": "Emergency stop and fire: shown?",
    },
    {
        "id": "risks",
        "fr": "Matières et risques: compris ?",
        "nl": "Materialen en risico's: begrepen?",
        "en": "Materials and risks: understood?",
    },
    {
        "id": "alone",
        "fr": "Un travail fait sans aide ?",
        "nl": "Een werk zonder hulp gemaakt?",
        "en": "A job done without help?",
    },
)


def items_of(lists: Checklists, course: str) -> tuple[Item, ...]:
    """What is confirmed for this course."""
    return lists.get(course) or HOUSE


def said(item: Item, lang: str | None) -> str:
    """The item in a language; in English where the language is not known."""
    return item.get(lang or "en", item["en"])
