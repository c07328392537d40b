"""What does a code say in French, Dutch and English? The only place that turns codes into sentences."""

from hub.words.languages import LANGUAGES, best_language
from hub.words.reasons import next_step, say
from hub.words.voice import Voice

__all__ = ["LANGUAGES", "Voice", "best_language", "next_step", "say"]
