"""What is confirmed at a sign-off? The list, each item in three languages, at most 42 letters."""

from typing import Final

TRAINER: Final = "trainer"
TRAINEE: Final = "trainee"
ITEMS: Final = ("stop", "risks", "alone")
_TEXTS: Final = {
    "trainer": {"fr": "Badge formateur·rice", "nl": "Badge lesgever", "en": "Trainer badge"},
    "trainee": {"fr": "Badge apprenant·e", "nl": "Badge cursist", "en": "Trainee badge"},
    "stop": {
        "fr": "Arrêt d'urgence et incendie: montrés ?",
        "nl": "Noodstop en brand: getoond?",
        "en": "Emergency stop and fire: shown?",
    },
    "risks": {
        "fr": "Matières et risques: compris ?",
        "nl": "Materialen en risico's: begrepen?",
        "en": "Materials and risks: understood?",
    },
    "alone": {
        "fr": "Un travail fait sans aide ?",
        "nl": "Een werk zonder hulp gemaakt?",
        "en": "A job done without help?",
    },
}


def said(item: str, lang: str | None) -> str:
    """The item in a language; in English where the language is not known."""
    texts = _TEXTS[item]
    return texts.get(lang or "en", texts["en"])
