"""How does Flask-Security find and keep people? Through the Store's one door, never on a session of its own."""

from collections.abc import Mapping
from typing import Any, cast

from flask import g
from flask_security import RoleMixin, UserMixin
from flask_security.datastore import UserDatastore

from core.vocabulary import Role
from hub.ports import Account, Store

KEPT = ("password", "active", "fs_uniquifier")  # the columns that Flask-Security may change


class RoleName(RoleMixin):
    """A role as Flask-Security reads it."""

    def __init__(self, name: Role) -> None:
        self.name = str(name)


class User(UserMixin):
    """A person as Flask-Security reads one; `person` is ours."""

    fs_uniquifier = ""  # Flask-Security looks for it on the class

    def __init__(self, account: Account) -> None:
        self.person = account.person
        self.key = account.person.id
        self.email = account.person.email
        self.password = account.password
        self.active = account.active
        self.fs_uniquifier = account.fs_uniquifier
        mine = account.person.roles.get(account.person.lab, frozenset())
        self.roles = [RoleName(role) for role in sorted(mine)]


class Accounts(UserDatastore):
    """Flask-Security's datastore: reads at once, gathers changes, writes them in one transaction at `commit`."""

    def __init__(self, store: Store) -> None:
        super().__init__(User, RoleName)
        self._store = store

    def find_user(self, case_insensitive: bool = False, **query: Any) -> User | None:
        """The person found by `id`, `email` or `fs_uniquifier`; None for any other question."""
        names = {"id": "person", "email": "email", "fs_uniquifier": "uniquifier"}
        found = [(names[name], str(value)) for name, value in query.items() if name in names]
        if len(found) != 1:
            return None
        account = self._store.read(lambda tx: tx.people.account(**dict(found)))
        return None if account is None else User(account)

    def find_role(self, role: str) -> RoleName | None:
        """The role of this name."""
        return RoleName(Role(role)) if role in frozenset(Role) else None

    def put(self, model: User) -> User:
        """Remember that this person changed, for the end of this request."""
        _changed()[model.key] = model
        return model

    def commit(self) -> None:
        """Write what this request changed, in one transaction."""
        values: Mapping[str, dict[str, Any]] = {
            key: {name: getattr(user, name) for name in KEPT} for key, user in _changed().items()
        }
        _changed().clear()
        if values:
            self._store.write(lambda tx: [tx.people.change(person, each) for person, each in values.items()])


def _changed() -> dict[str, User]:
    """The people that the running request changed; threads never share it."""
    if "changed_accounts" not in g:
        g.changed_accounts = {}
    return cast("dict[str, User]", g.changed_accounts)
