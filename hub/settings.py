"""How is this hub set up? One TOML file in the data folder, LOQUET_… variables over it, secrets in files of their own.

Half a configuration is none: whatever is missing, unknown or unsafe is named with its line, and nothing starts.
"""

import os
import secrets
import tomllib
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

FILE = "hub.toml"
FOLDER_VARIABLE = "LOQUET_VAR"
SECRET_BYTES = 32  # 256 bits: the size of an HMAC-SHA256 key
_SECTIONS = ("hub", "broker", "mail")


class BadSettings(ValueError):  # noqa: N818 -- said to a person: "bad settings"
    """What is wrong, one line each."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _public_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError("must be like https://hub.example.org, without a path")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise ValueError("must be https, unless the hub is only for this machine")
    return value.rstrip("/")


def _networks(value: tuple[str, ...]) -> tuple[str, ...]:
    for network in value:
        ip_network(network)
    return value


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Broker(_Strict):
    """The MQTT broker; without TLS on this machine only."""

    host: str
    port: Annotated[int, Field(ge=1, le=65535)]
    user: Annotated[str, Field(pattern=r"^hub\.[0-9]+$")] = "hub.1"
    password_file: Path | None = None
    tls: bool = True
    ca: Path | None = None

    @model_validator(mode="after")
    def _plain_only_here(self) -> Self:
        if not self.tls and not _is_loopback(self.host):
            raise ValueError("tls = false is for a broker on this machine only")
        return self

    def password(self) -> str | None:
        """The word in its file."""
        return None if self.password_file is None else self.password_file.read_text(encoding="utf-8").strip()


class Mail(_Strict):
    """The mail server; without TLS on this machine only."""

    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    sender: Annotated[str, Field(pattern=r"^[^\s@<>,;:\"]+@[^\s@<>,;:\"]+$", max_length=254)]
    user: str = ""
    password_file: Path | None = None
    tls: Literal["starttls", "tls", "none"] = "starttls"
    ca: Path | None = None

    @model_validator(mode="after")
    def _plain_only_here(self) -> Self:
        if self.tls == "none" and not _is_loopback(self.host):
            raise ValueError('tls = "none" is for a mail server on this machine only')
        return self

    def password(self) -> str:
        """The word in its file."""
        return "" if self.password_file is None else self.password_file.read_text(encoding="utf-8").strip()


class Settings(_Strict):
    """Everything a hub process needs to know; `var` is the data folder."""

    var: Path
    public_url: Annotated[str, AfterValidator(_public_url)]
    database: str = ""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    ops_port: Annotated[int, Field(ge=0, le=65535)] = 0
    trusted_proxies: Annotated[tuple[str, ...], AfterValidator(_networks)] = ()
    production: bool = True
    session_secret_file: Path
    badge_secret_file: Path
    broker: Broker | None = None
    mail: Mail | None = None

    @property
    def database_url(self) -> str:
        """Where the database is: SQLite in the data folder, unless another is named."""
        return self.database or f"sqlite:///{self.var.absolute() / 'loquet.db'}"

    def session_secret(self) -> bytes:
        """The key that signs sign-in cookies."""
        return read_secret(self.session_secret_file)

    def badge_secret(self) -> bytes:
        """The key of the badge vault."""
        return read_secret(self.badge_secret_file)


def data_folder(environ: Mapping[str, str]) -> Path:
    """The folder that LOQUET_VAR names, else ./var."""
    return Path(environ.get(FOLDER_VARIABLE, "var"))


def load(var: Path, environ: Mapping[str, str]) -> Settings:
    """The settings in `var`; raises BadSettings naming file, line and key."""
    path = var / FILE
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as unread:
        raise BadSettings([f"{path}: {unread}"]) from unread
    if strange := [name for name in table if name not in _SECTIONS]:
        raise BadSettings(
            [f"{path} line {_line(text, '', name)}: {name}: no such section" for name in strange]
        )
    sections = {name: _overridden(name, table.get(name, {}), environ) for name in _SECTIONS}
    try:
        others = {name: sections[name] or None for name in _SECTIONS[1:]}
        settings = Settings(**{"var": var, **sections["hub"], **others})
    except ValidationError as wrong:
        raise BadSettings([_told(path, text, error) for error in wrong.errors()]) from wrong
    _check_files(settings, path, text)
    return settings


def write_new(var: Path, public_url: str, lines: Mapping[str, Mapping[str, object]] | None = None) -> Path:
    """Write a first hub.toml with fresh secrets into `var` (0700); FileExistsError where one stands."""
    kept = var / "secrets"
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = {f"{name}_secret_file": str(_new_secret(kept / name)) for name in ("session", "badge")}
    hub = {"public_url": public_url} | files | dict((lines or {}).get("hub", {}))
    sections = {"hub": hub, "broker": dict((lines or {}).get("broker", {}))}
    text = "\n".join(f"[{name}]\n{_toml(values)}" for name, values in sections.items() if values)
    path = var / FILE
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    return path


def read_secret(path: Path) -> bytes:
    """The 32 bytes in a file of hex that nobody else may read; BadSettings otherwise."""
    try:
        if path.stat().st_mode & 0o077:
            raise BadSettings([f"{path}: others may read this secret (chmod 600)"])
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as unread:
        if isinstance(unread, BadSettings):
            raise
        raise BadSettings([f"{path}: no secret of {SECRET_BYTES} bytes in hex here"]) from unread
    if len(secret) != SECRET_BYTES:
        raise BadSettings([f"{path}: {len(secret)} bytes, a secret has {SECRET_BYTES}"])
    return secret


def _new_secret(path: Path) -> Path:
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(SECRET_BYTES))
    return path.absolute()


def _overridden(section: str, values: Any, environ: Mapping[str, str]) -> dict[str, Any]:
    prefix = f"LOQUET_{section.upper()}_"
    given = {
        name.removeprefix(prefix).lower(): value for name, value in environ.items() if name.startswith(prefix)
    }
    return dict(values) | {name: _value(text) for name, text in given.items()}


def _value(text: str) -> Any:
    """A variable reads like the right side of a TOML line; bare words are text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _toml(values: Mapping[str, object]) -> str:
    return "".join(f"{name} = {_literal(value)}\n" for name, value in values.items())


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_literal(one) for one in value) + "]"
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _told(path: Path, text: str, error: Any) -> str:
    where = [str(part) for part in error["loc"]]
    section, key = (where[0], where[1:2]) if where and where[0] in _SECTIONS[1:] else ("hub", where[:1])
    name = ".".join([section, *key])
    return f"{path} line {_line(text, section, *key)}: {name}: {error['msg']}"


def _line(text: str, section: str, key: str = "") -> int:
    """The line of a key in a section; of the section where the key is missing; 1 where that is missing too."""
    found, inside = 1, section == ""
    for number, line in enumerate(text.splitlines(), 1):
        words = line.strip()
        if words.startswith("["):
            inside = words.strip("[] ") == section or words.strip("[] ") == key
            found = number if inside else found
        elif inside and key and words.split("=")[0].strip() == key:
            return number
    return found


def _check_files(settings: Settings, path: Path, text: str) -> None:
    wrong = []
    broker, mail = settings.broker, settings.mail
    files = {("hub", "session_secret_file"): settings.session_secret_file}
    files[("hub", "badge_secret_file")] = settings.badge_secret_file
    if broker is not None and broker.password_file is not None:
        files[("broker", "password_file")] = broker.password_file
    if mail is not None and mail.password_file is not None:
        files[("mail", "password_file")] = mail.password_file
    for (section, key), file in files.items():
        if not file.is_file():
            wrong.append(f"{path} line {_line(text, section, key)}: {section}.{key}: {file} is not there")
    if wrong:
        raise BadSettings(wrong)
    settings.session_secret()
    settings.badge_secret()
