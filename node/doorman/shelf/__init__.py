"""What does the doorman remember over a power cut? Views, locks, watermarks and ages, in SQLite."""

from node.doorman.shelf.sqlite import SqliteShelf

__all__ = ["SqliteShelf"]
