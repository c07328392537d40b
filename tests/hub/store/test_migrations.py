"""Do migrations make the very tables the models name, on both databases, and take them back?"""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from hub.store.making import migrate, unmigrate
from hub.store.schema import Base


def test_the_migrations_and_the_models_agree(migrated_url):
    engine = create_engine(migrated_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = [diff for diff in compare_metadata(context, Base.metadata) if not _guard(diff)]
    engine.dispose()
    assert differences == []


def test_the_way_back_leaves_nothing_and_leads_up_again(database_url):
    migrate(database_url)
    unmigrate(database_url)
    engine = create_engine(database_url)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    migrate(database_url)
    assert set(inspect(engine).get_table_names()) == set(Base.metadata.tables) | {"alembic_version"}
    engine.dispose()


def test_migrating_twice_changes_nothing(migrated_url):
    migrate(migrated_url)


def _guard(diff):
    """The exclusion constraint's own index on PostgreSQL, which no model can name."""
    return diff[0] == "remove_index" and diff[1].name == "reservation_no_overlap"
