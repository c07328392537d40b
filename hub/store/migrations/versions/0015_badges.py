"""0015: a question from a machine is answered from what is kept: badges renew their person's revision, a moved or newly paired
node its machines' floors, a founded store its mark.
"""

from alembic import op

revision = "0015"
down_revision = "0014"

# trigger -> (table, moment, names of the revisions that it renews)
_NEW_BADGE, _OLD_BADGE = "'person/' || NEW.person", "'person/' || OLD.person"
_NEW_NODE, _OLD_NODE = "'floor/' || NEW.machine", "'floor/' || OLD.machine"
_RENEWS = {
    "badge_person_insert": ("badge", "INSERT", (_NEW_BADGE,)),
    "badge_person_update": ("badge", "UPDATE", (_NEW_BADGE, _OLD_BADGE)),
    "badge_person_delete": ("badge", "DELETE", (_OLD_BADGE,)),
    "node_paired": ("node", "UPDATE OF id, lab, machine, sealed_key", (_NEW_NODE, _OLD_NODE)),
    "store_mark_insert": ("store_meta", "INSERT", ("'mark'",)),
    "store_mark_update": ("store_meta", "UPDATE", ("'mark'",)),
    "store_mark_delete": ("store_meta", "DELETE", ("'mark'",)),
}
_RENEW = "INSERT INTO revision (name, rev) VALUES ({name}, {random}) ON CONFLICT (name) DO UPDATE SET rev = excluded.rev"
_RANDOM = {"sqlite": "random()", "postgresql": "(random() * 9007199254740992)::bigint"}
_SQLITE = "CREATE TRIGGER {trigger} AFTER {moment} ON {table} BEGIN {renews}; END"
_POSTGRES_RENEW = """
CREATE FUNCTION loquet_{trigger}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {renews}; RETURN NULL; END $$
"""
_POSTGRES = (
    "CREATE TRIGGER {trigger} AFTER {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION loquet_{trigger}()"
)


def upgrade() -> None:
    dialect = op.get_context().dialect.name
    shapes = (_POSTGRES_RENEW, _POSTGRES) if dialect == "postgresql" else (_SQLITE,)
    for trigger, (table, moment, names) in _RENEWS.items():
        renews = "; ".join(_RENEW.format(name=name, random=_RANDOM[dialect]) for name in names)
        for shape in shapes:
            op.execute(shape.format(trigger=trigger, table=table, moment=moment, renews=renews))


def downgrade() -> None:
    postgres = op.get_context().dialect.name == "postgresql"
    for trigger, (table, *_) in _RENEWS.items():
        op.execute(f"DROP TRIGGER {trigger}" + (f" ON {table}" if postgres else ""))
        if postgres:
            op.execute(f"DROP FUNCTION loquet_{trigger}()")
    op.execute("DELETE FROM revision WHERE name = 'mark'")
