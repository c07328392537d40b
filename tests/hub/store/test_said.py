"""Does a statement that is handed to the driver mean, answer and fail as if SQLAlchemy had said it?"""

from datetime import date

import pytest
from sqlalchemy import bindparam, create_engine, event, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from hub.ports import Busy
from hub.store import schema
from hub.store.said import Said, say
from hub.store.schema import table_of
from hub.store.store import open_store
from tests.cast import ADC, NOW, cast_in

PERSON, RESERVATION = table_of(schema.User), table_of(schema.Reservation)
EVERYBODY = select(PERSON).where(PERSON.c.lab == bindparam("lab")).order_by(PERSON.c.id)
LABS = select(table_of(schema.Lab)).order_by(table_of(schema.Lab).c.id)


@pytest.fixture
def connection(both_store, migrated_url):
    """A connection to a database with the cast in it."""
    cast = cast_in(both_store)
    both_store.write(
        lambda tx: tx.people.change(cast.amelie, {"pass_day": date(2026, 11, 24), "consent_until": NOW})
    )
    engine = create_engine(migrated_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_every_value_comes_back_as_sqlalchemy_gives_it_names_included(connection):
    usual = connection.execute(EVERYBODY, {"lab": ADC}).all()
    said = Said(EVERYBODY).rows(connection, lab=ADC)
    assert said == [tuple(row) for row in usual]
    assert [row.member_until for row in said] == [row.member_until for row in usual]
    assert {type(row.active) for row in said} == {bool}
    assert Said(LABS).rows(connection) == [tuple(row) for row in connection.execute(LABS)]  # JSON


def test_every_value_goes_there_as_sqlalchemy_takes_it(connection):
    table = table_of(schema.Outbox)
    columns = ("lab", "kind", "target", "payload", "due", "created", "tries", "error")
    row = {
        "lab": ADC,
        "kind": "k",
        "target": "é",
        "payload": {"a": [1, None]},
        "due": NOW,
        "created": NOW,
        "tries": 0,
        "error": "%s :x ?",
    }
    Said(insert(table), columns).run(connection, **row)
    backwards = columns[::-1]
    Said(insert(table), backwards).put(connection, tuple(row[name] for name in backwards))
    connection.execute(insert(table).values(row))
    first, second, usual = connection.execute(
        select(table).where(table.c.kind == "k").order_by(table.c.id)
    ).all()
    assert first[1:] == second[1:] == usual[1:]
    assert Said(select(table.c.error).where(table.c.target == bindparam("at"))).row(connection, at="é") == (
        "%s :x ?",
    )


def test_bare_rows_are_the_drivers_own(connection):
    mark = Said(select(PERSON.c.created).where(PERSON.c.lab == bindparam("lab")).limit(1))
    assert mark.bare(connection, lab=ADC) == [(int(NOW.timestamp() * 1000),)]
    assert mark.row(connection, lab=ADC) == (NOW,)
    assert mark.row(connection, lab="nowhere") is None


def test_a_parameter_that_is_missing_is_a_mistake(connection):
    with pytest.raises(KeyError):
        Said(EVERYBODY).rows(connection)


def test_a_statement_whose_words_depend_on_its_values_cannot_be_said_so(connection):
    changing = select(PERSON.c.id).where(PERSON.c.id.in_(bindparam("several", expanding=True)))
    with pytest.raises(ValueError, match="words would change"):
        Said(changing).rows(connection, several=["a"])


def test_whoever_listens_hears_it_and_may_change_its_words(connection):
    heard = []

    def hear(_connection, _cursor, statement, parameters, _context, _many):
        heard.append((statement, parameters))

    event.listen(connection.engine, "before_cursor_execute", hear)
    Said(select(PERSON.c.id).where(PERSON.c.lab == bindparam("lab"))).rows(connection, lab=ADC)
    say(connection, "SELECT 1")
    event.remove(connection.engine, "before_cursor_execute", hear)
    assert [statement.split()[0] for statement, _ in heard] == ["SELECT", "SELECT"]
    assert ADC in str(heard[0][1])
    Said(LABS).rows(connection)
    assert len(heard) == 2


def test_what_the_database_refuses_is_raised_as_ever(connection):
    orphan = dict.fromkeys(RESERVATION.c.keys()) | {"id": "r", "lab": "nowhere"}
    add = Said(insert(RESERVATION), tuple(orphan))
    with pytest.raises(IntegrityError) as refused:
        add.run(connection, **orphan)
    assert refused.value.orig is not None
    connection.rollback()
    with pytest.raises(DBAPIError) as broken:
        say(connection, "SELECT nothing FROM nowhere")
    assert "nowhere" in str(broken.value)


def test_a_connection_that_is_cut_is_thrown_away_and_the_next_one_works(postgres_migrated):
    with open_store(postgres_migrated) as store:
        cast_in(store)

        def cut(tx):
            other = create_engine(postgres_migrated)
            mine = tx._c.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            with other.begin() as connection:
                connection.execute(text("SELECT pg_terminate_backend(:mine)"), {"mine": mine})
            other.dispose()
            return tx.audit.head()

        with pytest.raises((Busy, OperationalError)) as lost:
            store.write(cut)
        assert "terminat" in str(lost.value) or "closed" in str(lost.value)
        assert store.write(lambda tx: tx.audit.append(ADC, "hub", "x", "y", {}, NOW)).seq == 1
