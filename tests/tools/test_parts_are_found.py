"""Is a program found where it lies, and started with what it needs?"""

import pytest

from loquet.parts import locate, unpacked_root
from tests.missing import required


@pytest.fixture
def unpacked(tmp_path, monkeypatch):
    """An empty folder of unpacked packages, and a PATH with nothing on it."""
    monkeypatch.setenv("LOQUET_PARTS", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    return tmp_path


def program(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_what_is_nowhere_is_none(unpacked):
    assert locate("no-such-program") is None


def test_a_program_on_the_path_is_taken_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("LOQUET_PARTS", str(tmp_path / "unpacked"))
    where = program(tmp_path / "lamp")
    program(tmp_path / "unpacked/usr/bin/lamp")
    found = locate("lamp")
    assert found.argv == (where,)
    assert dict(found.env) == {}


def test_an_unpacked_program_brings_its_libraries_and_keeps_ours(unpacked, monkeypatch):
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/mine")
    where = program(unpacked / "usr/sbin/lamp")
    (unpacked / "usr/lib/here").mkdir(parents=True)
    (unpacked / "usr/lib/here/liblight.so.1").touch()
    found = locate("lamp")
    assert found.argv == (where,)
    assert found.env["LD_LIBRARY_PATH"] == f"{unpacked}/usr/lib/here:/opt/mine"
    assert found.environment()["PATH"] == str(unpacked / "nowhere")


def test_unpacked_chromium_is_the_program_and_not_its_script(unpacked, monkeypatch):
    monkeypatch.setattr("loquet.parts.SERVER_PLACES", ())
    program(unpacked / "usr/bin/chromium")
    where = program(unpacked / "usr/lib/chromium/chromium")
    assert locate("chromium").argv == (where,)


def test_of_two_unpacked_postgres_the_newer_complete_one_is_taken(unpacked, monkeypatch):
    monkeypatch.setattr(
        "loquet.parts.POSTGRES_PLACES", "usr/lib/planted/*/bin"
    )  # the machine may have its own
    for version in ("9", "15"):
        program(unpacked / f"usr/lib/planted/{version}/bin/initdb")
        program(unpacked / f"usr/lib/planted/{version}/bin/pg_ctl")
    program(unpacked / "usr/lib/planted/16/bin/pg_ctl")  # a client's package: no server in it
    assert locate("pg_ctl").argv == (str(unpacked / "usr/lib/planted/15/bin/pg_ctl"),)


def test_the_folder_of_unpacked_packages_is_beside_the_packages(monkeypatch):
    monkeypatch.delenv("LOQUET_PARTS", raising=False)
    assert unpacked_root().parts[-3:] == (".cache", "parts", "root")


def test_a_missing_part_is_a_skip_that_says_how_to_get_it(unpacked, monkeypatch):
    monkeypatch.delenv("STRICT", raising=False)
    with pytest.raises(pytest.skip.Exception, match="make setup-test"):
        required("no-such-program")


def test_with_strict_a_missing_part_is_a_failure(unpacked, monkeypatch):
    monkeypatch.setenv("STRICT", "1")
    with pytest.raises(pytest.fail.Exception, match="make setup-test"):
        required("no-such-program")
