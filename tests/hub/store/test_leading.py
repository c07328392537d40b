"""Does one of several hubs do the jobs, and another when it is gone? On PostgreSQL by advisory lock (SQLite: tests/hub/test_jobs.py)."""

import psycopg

from hub.store.leading import AdvisoryLeader

HANG_UP = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_locks JOIN pg_database ON oid = database
WHERE locktype = 'advisory' AND datname = current_database()
"""  # waits until it is gone


def test_one_leads_and_the_next_takes_over_when_it_resigns(postgres_url):
    first, second = AdvisoryLeader(postgres_url), AdvisoryLeader(postgres_url)
    assert first.leads()
    assert not second.leads()
    assert first.leads()
    first.resign()
    assert second.leads()
    assert not first.leads()
    second.resign()


def test_who_loses_the_connection_leads_no_more_and_may_win_again(postgres_url):
    first, second = AdvisoryLeader(postgres_url), AdvisoryLeader(postgres_url)
    assert first.leads()
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as other:
        assert other.execute(HANG_UP).fetchall() == [(True,)]
    assert not first.leads()
    assert second.leads()
    assert not first.leads()
    second.resign()
    assert first.leads()
    first.resign()
