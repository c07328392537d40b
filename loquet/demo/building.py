"""What does a first start make? Settings with secrets, an empty store brought to the latest revision, the lab in it."""

import contextlib
from datetime import datetime

from argon2 import PasswordHasher

from hub.services.sealing import Vault
from hub.settings import load, write_new
from hub.store.making import found, migrate
from hub.store.store import open_store
from loquet.demo.folder import Folder, Kept
from loquet.demo.seeding import Seeding

HASHER = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)  # as hub.web.signing has it


def build(folder: Folder, kept: Kept, now: datetime) -> None:
    """Write hub.toml and the database; a start that was interrupted before is begun anew."""
    with contextlib.suppress(FileNotFoundError):
        (folder.root / "hub.toml").unlink()
    write_new(folder.root, "http://127.0.0.1:8080", {"hub": {"production": False}})
    settings = load(folder.root, {})
    migrate(settings.database_url)
    vault = Vault(settings.badge_secret())
    with open_store(settings.database_url, group=False) as store:
        store.write(lambda tx: found(tx, now, demo=True))
        store.write(lambda tx: Seeding(tx, kept, vault, now).run(HASHER.hash))


def renew(folder: Folder) -> None:
    """Bring the data of an earlier start to this version's schema; nothing is lost."""
    migrate(load(folder.root, {}).database_url)
