"""How do the tables come about, and change? Alembic alone makes them, on both databases."""

from datetime import datetime
from pathlib import Path
from secrets import token_urlsafe

from alembic import command
from alembic.config import Config

from hub.ports.store import StoreMark, Tx

_SCRIPTS = Path(__file__).with_name("migrations")


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database to `revision`; runs on an empty one too."""
    command.upgrade(_config(url), revision)


def unmigrate(url: str, revision: str = "base") -> None:
    """Take the database back to `revision`; what its tables held is gone."""
    command.downgrade(_config(url), revision)


def found(tx: Tx, now: datetime, *, demo: bool) -> StoreMark:
    """Mark a new store: its epoch is this second."""
    mark = StoreMark(int(now.timestamp()), token_urlsafe(16), demo)
    tx.meta.found(mark, now)
    return mark


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["url"] = url
    return config
