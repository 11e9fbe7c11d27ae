"""Settings from the environment: where data lives, which address is served, and the key that signs.

Read once by `forge.settings`. Nothing here knows Django.
"""

from __future__ import annotations

import base64
import ipaddress
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

from forge.jobs.worker_names import MAX_WORKER_NAME
from forge.serving.audit_copies.addresses import CopyAddress, needs_secret, read_copies
from forge.serving.configuration.mail_server import MailServer, read_mail_server
from forge.serving.configuration.services import Database, Store, read_database, read_redis, read_store
from forge.serving.configuration.sign_on import SignOnService, SignOnSettings, read_oidc, read_sign_on, read_social
from forge.serving.errors import BadAddress
from hmrd.protocol.wanted import LONGEST_INTERVAL, SHORTEST_INTERVAL
from rune.isolation.protections import Protection

DEFAULT_GIT_SERVERS = "https://github.com,https://gitlab.com,https://codeberg.org,https://bitbucket.org"
DEFAULT_UPLOAD_LIMIT = 64 * 1024 * 1024
"""Bytes that one request may carry."""

DEFAULT_SIGNING_SECRET_FILE = Path("~/.config/hammer-forge/signing-secret")

DEFAULT_AUDIT_DAYS = 400
LEAST_KEY, LARGEST_KEY = 24, 64
"""Bytes of a secret that signs webhooks."""
"""Days that an entry of the audit log is kept: a year, and time to look at it."""

T = TypeVar("T")

CAPABILITIES = ("build", "lab", "gpu")
"""The capabilities of workers; `forge.jobs.models.Capability`."""
_EMAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class BadEnvironment(Exception):
    """A variable of the environment has a value that cannot be used; says which and what is wanted."""


@dataclass(frozen=True)
class ServerEnvironment:
    """The values of the environment, read and checked."""

    data: Path
    host: str
    port: int
    public_url: str
    upload_limit: int
    telemetry_days: int
    audit_days: int
    """Days that an entry of the audit log is kept."""
    audit_copies: tuple[CopyAddress, ...]
    """The addresses to which the audit log is sent as it is written."""
    audit_webhook_secret: str
    """The key that signs the copies for webhooks: `whsec_` and base64; "" for none."""
    broker: str
    capabilities: tuple[str, ...]
    """The capabilities of this process's workers: `build`, `lab`, `gpu`."""
    worker_name: str
    """The name of this process beside the jobs that it runs; "" for one made up."""
    database: Database | None
    """None is SQLite in the data folder."""
    redis: str
    """The address of the Redis that joins several processes; "" without one."""
    store: Store | None
    """None keeps files in the data folder."""
    mail_server: MailServer | None
    """None writes letters to the log."""
    mail_from: str
    """The sender of letters."""
    report_address: str
    """The address to which people write about a page that is open to others; "" for none."""
    sign_on: SignOnSettings
    """The services that sign people in."""
    debug: bool
    certificate: Path | None
    key: Path | None
    extra_hosts: tuple[str, ...]
    organisations_by: str
    """The people who may create organisations: "everyone" who signed in, or the "operator" alone."""
    webhooks_to: str
    """The addresses that webhooks may have: "public" ones over HTTPS alone, or "anywhere"."""
    blob_sender: str
    """The sender of stored bytes: "server", "nginx" in front of it, or the S3 "store" to clients of the registry."""
    git_origins: tuple[str, ...]
    """The Git servers that projects may be read from and pushed to, as `https://host`."""
    mirror_registries: tuple[str, ...]
    """Registries that mirrors may reach although they are in a private network or without TLS, as `http://host`."""
    trusted_proxies: tuple[str, ...]
    """Addresses from which `X-Forwarded-For` and `X-Forwarded-Proto` are believed."""
    metrics_token: str
    """The token that a request for the metrics needs; "" where the metrics are off."""
    json_logs: bool
    """Whether the log is lines of JSON."""
    collector: str
    """The address of the OpenTelemetry collector that metrics and traces go to; "" without one."""
    collector_headers: str
    """Further headers for it, such as a token: `name=value`, separated by commas."""
    publishes_templates: bool
    """Whether the templates are published as projects of the server's own organisation."""
    signing_secret: Path
    """The file with the secret of the keys that sign, which the signer alone reads."""
    advisory_list: Path | None
    """A file with known vulnerabilities in the format of OSV, or None."""
    device_poll_seconds: int
    """The seconds between two polls of a device."""
    device_mqtt_url: str
    """The broker that rings devices, such as `mqtts://broker.example`; "" without one."""
    device_mqtt_credentials: Path | None
    """A file with `user:password` of a client that may change accounts at the broker."""
    device_long_polls: int
    """How many devices may have their polls held by one process; 0 holds none."""
    upgrade_backups: int
    """How many backups from before upgrades are kept; 0 takes none."""
    backup_days: int
    """How many days the operator keeps backups; 0 where that is not said."""
    shared_data: bool
    """Whether several servers of this machine share the data folder and its SQLite."""
    required_isolation: frozenset[Protection]
    """Protections of the processes that compute, without which nothing is computed."""

    @property
    def public(self) -> SplitResult:
        return urlsplit(self.public_url)

    @property
    def secure(self) -> bool:
        return self.public.scheme == "https"

    @property
    def public_is_loopback(self) -> bool:
        """Whether nobody but this machine can open a link that starts with the public URL."""
        return (self.public.hostname or "") in _LOOPBACK

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        names = {self.public.hostname or "", self.host, "localhost", "127.0.0.1", "[::1]", *self.extra_hosts}
        return tuple(sorted(names - {"", "0.0.0.0", "::"}))  # noqa: S104 (names that are left out)


def read_environment(variables: Mapping[str, str], base: Path) -> ServerEnvironment:
    """The environment of a process whose project folder is `base`. Raises `BadEnvironment`."""
    host = variables.get("HOST") or "127.0.0.1"
    port = _number(variables, "PORT", 8000, 65_535)
    certificate, key = variables.get("TLS_CERTIFICATE"), variables.get("TLS_KEY")
    if bool(certificate) != bool(key):
        raise BadEnvironment("TLS_CERTIFICATE and TLS_KEY go together: set both, or neither.")
    scheme = "https" if certificate else "http"
    public_url = (variables.get("PUBLIC_URL") or f"{scheme}://127.0.0.1:{port}").rstrip("/")
    split = urlsplit(public_url)
    if split.scheme not in ("http", "https") or not split.hostname or split.path:
        raise BadEnvironment(f"PUBLIC_URL must look like https://forge.example:8000, it is {public_url!r}.")
    return ServerEnvironment(
        data=Path(variables.get("DATA_DIR") or base / "data").resolve(),
        host=host,
        port=port,
        public_url=public_url,
        upload_limit=_number(variables, "UPLOAD_LIMIT", DEFAULT_UPLOAD_LIMIT, 1 << 40),
        telemetry_days=_number(variables, "TELEMETRY_DAYS", 90, 400),
        audit_days=_number(variables, "AUDIT_DAYS", DEFAULT_AUDIT_DAYS, 36_500),
        audit_copies=(audit_copies := _service("AUDIT_COPIES", lambda: read_copies(variables.get("AUDIT_COPIES", "")))),
        audit_webhook_secret=_webhook_secret(variables, "AUDIT_WEBHOOK_SECRET", is_needed=needs_secret(audit_copies)),
        broker=variables.get("BROKER_URL") or "memory://localhost",
        capabilities=_capabilities(variables),
        worker_name=_worker_name(variables),
        database=_service("DATABASE_URL", lambda: read_database(variables.get("DATABASE_URL", ""))),
        redis=_service("REDIS_URL", lambda: read_redis(variables.get("REDIS_URL", ""))),
        store=_service(
            "S3_URL",
            lambda: read_store(
                variables.get("S3_URL", ""),
                variables.get("S3_ACCESS_KEY") or variables.get("AWS_ACCESS_KEY_ID", ""),
                variables.get("S3_SECRET_KEY") or variables.get("AWS_SECRET_ACCESS_KEY", ""),
                variables.get("S3_REGION", ""),
                variables.get("AWS_SESSION_TOKEN", ""),
            ),
        ),
        mail_server=_service("EMAIL_URL", lambda: read_mail_server(variables.get("EMAIL_URL", ""))),
        mail_from=variables.get("EMAIL_FROM") or f"Hammer Forge <forge@{split.hostname}>",
        report_address=_email(variables, "REPORT_ADDRESS"),
        sign_on=_sign_on(variables),
        debug=variables.get("DEBUG", "") in ("1", "true"),
        certificate=Path(certificate) if certificate else None,
        key=Path(key) if key else None,
        extra_hosts=_names(variables, "ALLOWED_HOSTS"),
        organisations_by=_choice(variables, "CREATE_ORGANISATIONS", ("everyone", "operator")),
        webhooks_to=_choice(variables, "WEBHOOKS_TO", ("public", "anywhere")),
        blob_sender=_choice(variables, "BLOB_SENDER", ("server", "nginx", "store")),
        git_origins=_origins(variables, "GIT_SERVERS", DEFAULT_GIT_SERVERS),
        mirror_registries=_origins(variables, "MIRROR_REGISTRIES", "none"),
        trusted_proxies=_names(variables, "TRUSTED_PROXIES"),
        metrics_token=_token(variables, "METRICS_TOKEN"),
        json_logs=_choice(variables, "LOG_FORMAT", ("text", "json")) == "json",
        collector=variables.get("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
        collector_headers=variables.get("OTEL_EXPORTER_OTLP_HEADERS", ""),
        publishes_templates=_switch(variables, "PUBLISH_TEMPLATES", default="1"),
        signing_secret=Path(variables.get("SIGNING_SECRET_FILE") or DEFAULT_SIGNING_SECRET_FILE),
        advisory_list=_file(variables, "ADVISORY_LIST"),
        device_poll_seconds=_number(variables, "DEVICE_POLL_SECONDS", 60, LONGEST_INTERVAL, least=SHORTEST_INTERVAL),
        device_mqtt_url=_broker(variables, "DEVICE_MQTT_URL"),
        device_mqtt_credentials=_file(variables, "DEVICE_MQTT_CREDENTIALS"),
        device_long_polls=_number(
            variables, "DEVICE_LONG_POLLS", 0 if variables.get("DEVICE_MQTT_URL") else 500, 5000, least=0
        ),
        upgrade_backups=_number(variables, "UPGRADE_BACKUPS", 3, 1000, least=0),
        backup_days=_number(variables, "BACKUP_DAYS", 0, 3650, least=0),
        shared_data=_switch(variables, "SHARED_DATA"),
        required_isolation=_protections(variables),
    )


def _email(variables: Mapping[str, str], name: str) -> str:
    """An address without a name before it, since it goes into links."""
    value = variables.get(name, "").strip()
    if value and not _EMAIL.fullmatch(value):
        raise BadEnvironment(f"{name} must be an email address such as abuse@example.org.")
    return value


def _broker(variables: Mapping[str, str], name: str) -> str:
    value = variables.get(name, "")
    if value and re.fullmatch(r"mqtts?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?", value) is None:
        raise BadEnvironment(f"{name} must look like mqtts://broker.example:8883, it is {value!r}.")
    if value and not variables.get("DEVICE_MQTT_CREDENTIALS"):
        raise BadEnvironment(f"{name} needs DEVICE_MQTT_CREDENTIALS, a file with user:password at the broker.")
    return value


def _file(variables: Mapping[str, str], name: str) -> Path | None:
    value = variables.get(name, "")
    if value and not Path(value).expanduser().is_absolute():
        raise BadEnvironment(f"{name} is the whole path of a file, such as /srv/{name.lower()}.json; got {value!r}.")
    return Path(value).expanduser() if value else None


def _capabilities(variables: Mapping[str, str]) -> tuple[str, ...]:
    names = _names(variables, "WORKER_CAPABILITIES") or ("build", "lab")
    if unknown := sorted(set(names) - set(CAPABILITIES)):
        raise BadEnvironment(f"WORKER_CAPABILITIES may name {', '.join(CAPABILITIES)}; {unknown[0]!r} is none of them.")
    return tuple(name for name in CAPABILITIES if name in names)


def _worker_name(variables: Mapping[str, str]) -> str:
    name = variables.get("WORKER_NAME", "").strip()
    if len(name) > MAX_WORKER_NAME or not name.isprintable():
        raise BadEnvironment(f"WORKER_NAME has at most {MAX_WORKER_NAME} printable characters, such as GPU in room 2.")
    return name


def _sign_on(variables: Mapping[str, str]) -> SignOnSettings:
    names = ("OIDC_URL", "OIDC_NAME", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    oidc = _service("OIDC_URL", lambda: read_oidc(*(variables.get(name, "") for name in names)))
    social = [
        _social("github", "GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET", variables),
        _social("gitlab", "GITLAB_CLIENT_ID", "GITLAB_CLIENT_SECRET", variables),
        _social("google", "GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET", variables),
    ]
    domains = _names(variables, "SIGN_ON_DOMAINS")
    return _service("SIGN_ON_DOMAINS", lambda: read_sign_on([oidc, *social], domains))


def _social(kind: str, client_id: str, secret: str, variables: Mapping[str, str]) -> SignOnService | None:
    return _service(client_id, lambda: read_social(kind, variables.get(client_id, ""), variables.get(secret, "")))


def _service(name: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except BadAddress as error:
        raise BadEnvironment(f"{name} {error}.") from None


def _names(variables: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in variables.get(name, "").split(",") if part.strip())


def _origins(variables: Mapping[str, str], name: str, default: str) -> tuple[str, ...]:
    """Addresses of servers without a path; "none" is none of them."""
    origins = _names({name: variables.get(name) or default}, name)
    if origins == ("none",):
        return ()
    for origin in origins:
        split = urlsplit(origin)
        if split.scheme not in ("http", "https") or not split.hostname or split.path or split.username is not None:
            raise BadEnvironment(f"{name} must be addresses like https://git.example, or none; it has {origin!r}.")
    return tuple(origin.lower() for origin in origins)


def _choice(variables: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """Returns one of the choices, of which the first is the default."""
    text = variables.get(name) or choices[0]
    if text not in choices:
        raise BadEnvironment(f"{name} must be {' or '.join(choices)}, it is {text!r}.")
    return text


def _protections(variables: Mapping[str, str]) -> frozenset[Protection]:
    names = _names(variables, "REQUIRED_ISOLATION")
    if names == ("all",):
        return frozenset(Protection)
    try:
        return frozenset(map(Protection, names))
    except ValueError:
        protections = ", ".join(Protection)
        raise BadEnvironment(
            f"REQUIRED_ISOLATION must be all, or names of {protections}, separated by commas."
        ) from None


def _number(variables: Mapping[str, str], name: str, default: int, largest: int, least: int = 1) -> int:
    text = variables.get(name) or str(default)
    if not text.isdecimal() or not least <= int(text) <= largest:
        raise BadEnvironment(f"{name} must be a whole number from {least} to {largest}, it is {text!r}.")
    return int(text)


def _token(variables: Mapping[str, str], name: str) -> str:
    text = variables.get(name, "")
    if text and len(text) < 16:
        raise BadEnvironment(f"{name} must have at least 16 characters. Make one with: openssl rand -hex 32")
    return text


def _webhook_secret(variables: Mapping[str, str], name: str, *, is_needed: bool) -> str:
    """A secret of Standard Webhooks."""
    text = variables.get(name, "")
    if not text and not is_needed:
        return ""
    try:
        key = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except ValueError:
        key = b""
    if not text.startswith("whsec_") or not LEAST_KEY <= len(key) <= LARGEST_KEY:
        raise BadEnvironment(
            f"{name} must be whsec_ and {LEAST_KEY} to {LARGEST_KEY} bytes in base64, because AUDIT_COPIES names a "
            'webhook. Make one with: echo "whsec_$(openssl rand -base64 32)"'
        )
    return text


def _switch(variables: Mapping[str, str], name: str, default: str = "0") -> bool:
    text = variables.get(name) or default
    if text not in ("0", "1"):
        raise BadEnvironment(f"{name} must be 0 or 1, it is {text!r}.")
    return text == "1"


def has_passkeys(public: SplitResult) -> bool:
    """Returns whether browsers give passkeys to pages of this address: a name, over HTTPS or of this machine."""
    host = public.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return public.scheme == "https" or host == "localhost"
    return False


def make_private(folder: Path) -> None:
    """Makes a folder that nobody else on the machine can look into. One that is there stays as its owner wants it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def secret_key(data: Path, variables: Mapping[str, str]) -> str:
    """The key that signs sessions: from SECRET_KEY, else from the data folder, where the first start writes one.

    Two processes that start at once end with one key: the file is written aside and linked into its place, which
    only the first of them can do.
    """
    key = variables.get("SECRET_KEY")
    if key:
        return key
    path = data / "secret-key"
    try:
        return path.read_text("ascii")
    except FileNotFoundError:
        make_private(data)
        temporary = data / f"secret-key.{secrets.token_hex(8)}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(64))
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            pass  # another process was first; its key is the one
        finally:
            temporary.unlink()
        return path.read_text("ascii")
