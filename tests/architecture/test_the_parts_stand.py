"""Do the tests' own parts stand: database, broker, closed sockets?"""

import socket

import psycopg


def test_a_fresh_database_is_empty_and_new_each_time(database_url):
    assert "loquet.db" in database_url or "t_" in database_url


def test_a_template_is_built_once_and_copied(postgres_template):
    built = []

    def build(url):
        built.append(url)
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            connection.execute("CREATE TABLE thing (id int)")

    urls = {postgres_template("things", build) for _ in range(2)}
    assert len(urls) == 2
    assert len(built) <= 1
    for url in urls:
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            assert connection.execute("SELECT count(*) FROM thing").fetchone() == (0,)


def test_a_killed_broker_comes_back_on_the_same_port(broker):
    broker.kill()
    assert broker.process.poll() is not None
    broker.start()
    socket.create_connection((broker.host, broker.port), timeout=5).close()
