"""Does the hub refuse to start half-configured, and say which line?"""

import pytest

from hub.settings import BadSettings, data_folder, load, write_new

PUBLIC = "https://hub.example.org"


@pytest.fixture
def var(tmp_path):
    write_new(
        tmp_path, PUBLIC, {"hub": {"port": 8081}, "broker": {"host": "127.0.0.1", "port": 1883, "tls": False}}
    )
    return tmp_path


def change(var, old, new):
    path = var / "hub.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def complaint(var, **environ):
    with pytest.raises(BadSettings) as refused:
        load(var, environ)
    return str(refused.value)


def test_what_was_written_first_is_what_is_read(var):
    settings = load(var, {})
    assert (settings.public_url, settings.port, settings.broker.port) == (PUBLIC, 8081, 1883)
    assert settings.database_url == f"sqlite:///{var}/loquet.db"
    assert len(settings.session_secret()) == len(settings.badge_secret()) == 32
    assert settings.session_secret() != settings.badge_secret()


def test_a_variable_beats_the_file(var):
    settings = load(var, {"LOQUET_HUB_PORT": "9000", "LOQUET_BROKER_HOST": "localhost"})
    assert (settings.port, settings.broker.host) == (9000, "localhost")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('public_url = "https://hub.example.org"', "", "hub.public_url: Field required"),
        ("port = 8081", "port = 81234", "line 5: hub.port"),
        ("port = 8081", 'port = "eighty"', "line 5: hub.port"),
        ("port = 8081", "prot = 8081", "line 5: hub.prot"),
        ("port = 1883", "port = 0", "broker.port"),
        ("tls = false", "tls = true\nca = 3", "broker.ca"),
        (
            'host = "127.0.0.1"',
            'host = "broker.example.org"',
            "tls = false is for a broker on this machine only",
        ),
        ("https://hub", "http://hub", "line 2: hub.public_url"),
        ("[broker]", "[brokr]", "brokr: no such section"),
        ("port = 8081", "port = = 8081", "line 5"),
    ],
)
def test_each_mistake_is_told_with_its_place(var, old, new, said):
    change(var, old, new)
    assert said in complaint(var)


def test_a_missing_file_and_a_missing_secret_are_named(var):
    assert "hub.toml" in complaint(var / "nowhere")
    (var / "secrets" / "badge").unlink()
    assert "hub.badge_secret_file" in complaint(var)


def test_a_secret_that_others_may_read_is_refused(var):
    (var / "secrets" / "session").chmod(0o644)
    assert "others may read" in complaint(var)


@pytest.mark.parametrize("text", ["", "abc", "00" * 31, "zz" * 32])
def test_a_secret_of_the_wrong_size_is_refused(var, text):
    (var / "secrets" / "session").write_text(text)
    assert "session" in complaint(var)


def test_a_second_first_configuration_is_refused_and_keeps_the_old(var):
    before = (var / "hub.toml").read_text()
    with pytest.raises(FileExistsError):
        write_new(var, "https://other.example.org")
    assert (var / "hub.toml").read_text() == before


def test_the_data_folder_is_named_by_one_variable(tmp_path):
    assert data_folder({"LOQUET_VAR": str(tmp_path)}) == tmp_path
    assert str(data_folder({})) == "var"
