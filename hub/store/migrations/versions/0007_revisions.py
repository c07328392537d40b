"""0007: what was computed from the tables says at once when it is old: revisions of each lab's house, each calendar, the people.

Triggers renew it, so no way of writing goes around them. A revision is a random number, not a count: one that was taken back by a
rollback never comes again with another meaning.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

# table -> the column that names the lab whose house it furnishes (hub.services.house)
_HOUSE = {
    "lab": "id",
    "family": "lab",
    "machine": "lab",
    "seat": "lab",
    "opening": "lab",
    "day_exception": "lab",
    "closure": "lab",
    "course": "lab",
    "course_need": "lab",
}
_LABS = "'labs'"
# table -> the column that names the person: who may ask for what (hub.services.letting_in). A revision for each person, so
# that nobody waits for another's transaction who does not wait for the row itself.
_WHO = {"person": "id", "person_role": "person", "token": "person"}
_MOVES = "UPDATE OF machine, seat, person, start_ms, end_ms, kind, status"  # what a calendar shows of a reservation

_RENEW = "INSERT INTO revision (name, rev) VALUES ({name}, {random}) ON CONFLICT (name) DO UPDATE SET rev = excluded.rev"
_SQLITE = """
CREATE TRIGGER {table}_revision_{event} AFTER {moment} ON {table}
BEGIN {renew}; END
"""
_RANDOM = {"sqlite": "random()", "postgresql": "(random() * 9007199254740992)::bigint"}

_POSTGRES_HOUSE = """
CREATE FUNCTION loquet_house_revision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE row_of jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
BEGIN
  IF TG_TABLE_NAME = 'lab' THEN {labs}; END IF;
  {renew}; RETURN NULL;
END $$
"""
_POSTGRES_CALENDAR = """
CREATE FUNCTION loquet_calendar_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN {old}; ELSE {new}; END IF;
  IF TG_OP = 'UPDATE' THEN IF OLD.machine <> NEW.machine THEN {old}; END IF; END IF;
  RETURN NULL;
END $$
"""
_POSTGRES_PEOPLE = """
CREATE FUNCTION loquet_people_revision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE row_of jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
BEGIN {renew}; RETURN NULL; END $$
"""
_POSTGRES = """
CREATE TRIGGER {table}_revision AFTER INSERT OR DELETE OR {moment} ON {table}
FOR EACH ROW EXECUTE FUNCTION loquet_{subject}_revision()
"""


def upgrade() -> None:
    op.create_table(
        "revision",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_revision"),
    )
    dialect = op.get_context().dialect.name
    for statement in _on_postgres() if dialect == "postgresql" else _on_sqlite():
        op.execute(statement)
    for name, table in (("house", "lab"), ("calendar", "machine")):
        fill = f"SELECT '{name}/' || id, {_RANDOM[dialect]} FROM {table}"  # noqa: S608 -- constants of this file
        op.execute(f"INSERT INTO revision (name, rev) {fill}")


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        for table in (*_HOUSE, *_WHO, "reservation"):
            op.execute(f"DROP TRIGGER {table}_revision ON {table}")
        op.execute("DROP FUNCTION loquet_house_revision()")
        op.execute("DROP FUNCTION loquet_people_revision()")
        op.execute("DROP FUNCTION loquet_calendar_revision()")
    else:
        for table in (*_HOUSE, *_WHO, "reservation"):
            for event in ("insert", "update", "delete"):
                op.execute(f"DROP TRIGGER {table}_revision_{event}")
    op.drop_table("revision")


def _renew(name: str, dialect: str) -> str:
    return _RENEW.format(name=name, random=_RANDOM[dialect])


def _on_sqlite() -> list[str]:
    made = []
    for table, lab in _HOUSE.items():
        for event, row in (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD")):
            renew = _renew(f"'house/' || {row}.{lab}", "sqlite")
            renew += f"; {_renew(_LABS, 'sqlite')}" if table == "lab" else ""
            made.append(_SQLITE.format(table=table, event=event, moment=event.upper(), renew=renew))
    for table, person in _WHO.items():
        for event, row in (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD")):
            renew = _renew(f"'person/' || {row}.{person}", "sqlite")
            made.append(_SQLITE.format(table=table, event=event, moment=event.upper(), renew=renew))
    new, old = (_renew(f"'calendar/' || {row}.machine", "sqlite") for row in ("NEW", "OLD"))
    for event, moment, renew in (
        ("insert", "INSERT", new),
        ("update", _MOVES, f"{new}; {old}"),
        ("delete", "DELETE", old),
    ):
        made.append(_SQLITE.format(table="reservation", event=event, moment=moment, renew=renew))
    return made


def _on_postgres() -> list[str]:
    person = "'person/' || COALESCE(row_of->>'person', row_of->>'id')"
    house = "'house/' || COALESCE(row_of->>'lab', row_of->>'id')"
    new, old = (_renew(f"'calendar/' || {row}.machine", "postgresql") for row in ("NEW", "OLD"))
    made = [
        _POSTGRES_HOUSE.format(renew=_renew(house, "postgresql"), labs=_renew(_LABS, "postgresql")),
        _POSTGRES_CALENDAR.format(new=new, old=old),
        _POSTGRES_PEOPLE.format(renew=_renew(person, "postgresql")),
    ]
    made += [_POSTGRES.format(table=table, moment="UPDATE", subject="people") for table in _WHO]
    made += [_POSTGRES.format(table=table, moment="UPDATE", subject="house") for table in _HOUSE]
    return [*made, _POSTGRES.format(table="reservation", moment=_MOVES, subject="calendar")]
