import pytest

from node.settings import Line, SettingsError, load

GOOD = """[node]
id = "las-1"
machine = "LAS-1"
state_dir = "state"
run_dir = "run"
key_file = "key"

[broker]
host = "127.0.0.1"
port = 1883
user = "las-1"
tls = false

[pins]
relay = 17
relay_active_high = true
estop = 5
"""


def written(tmp_path, text=GOOD):
    file = tmp_path / "node.toml"
    file.write_text(text)
    return file


def test_a_short_file_is_enough(tmp_path):
    settings = load(written(tmp_path))
    assert settings.socket == tmp_path / "run" / "keeper.sock"
    assert settings.pins == {"relay": Line(17, active_high=True), "estop": Line(5, active_high=True)}
    assert settings.reader.kind == "mfrc522"


@pytest.mark.parametrize(
    ("old", "new", "line", "key"),
    [
        ('id = "las-1"', 'id = "Las 1"', 2, "id"),
        ('id = "las-1"', 'id = "hub"', 2, "id"),
        ('machine = "LAS-1"', "machine = 7", 3, "machine"),
        ('machine = "LAS-1"\n', "", 1, "machine"),
        ('key_file = "key"', 'keyfile = "key"', 1, "key_file"),
        ('user = "las-1"', 'user = "las-1"\ncolour = "red"', 12, "colour"),
        ('host = "127.0.0.1"', 'host = "hub.example"', 12, "tls"),
        ("port = 1883", "port = 70000", 10, "port"),
        ("port = 1883", "port = true", 10, "port"),
        ("estop = 5", "estop = 17", 17, "estop"),
        ("estop = 5", "estop = 99", 17, "estop"),
        ("estop = 5\n", "", 14, "estop"),
        ("[pins]", "[pin]", 14, "pin"),
    ],
)
def test_a_mistake_is_refused_with_its_line_and_key(tmp_path, old, new, line, key):
    assert old in GOOD
    with pytest.raises(SettingsError, match=rf"node\.toml:{line}: .*{key}"):
        load(written(tmp_path, GOOD.replace(old, new)))


def test_a_file_that_is_no_toml_names_the_line_too(tmp_path):
    with pytest.raises(SettingsError, match="line 3"):
        load(written(tmp_path, '[node]\nid = "las-1"\nmachine = \n'))


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "node.toml")


@pytest.mark.parametrize("key", ["", "zz", "00" * 31, "00" * 33])
def test_a_key_that_is_no_key_is_refused(tmp_path, key):
    (tmp_path / "key").write_text(key)
    with pytest.raises(SettingsError):
        load(written(tmp_path)).key()


def test_a_key_is_32_bytes(tmp_path):
    (tmp_path / "key").write_text("00" * 32 + "\n")
    assert load(written(tmp_path)).key() == bytes(32)
