"""The environment is read once, and a value that cannot be used is named."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from forge.serving.configuration.environment import BadEnvironment, has_passkeys, read_environment, secret_key
from rune.isolation.protections import Protection
from tests.support.cases import each_case


def test_nothing_set_gives_this_machine_alone(tmp_path: Path) -> None:
    environment = read_environment({}, tmp_path)
    assert (environment.host, environment.port, environment.public_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert environment.data == tmp_path / "data"
    assert environment.public_is_loopback
    assert not environment.secure
    assert environment.upload_limit == 64 * 1024 * 1024
    assert (environment.upgrade_backups, environment.shared_data) == (3, False)
    assert environment.organisations_by == "everyone"
    assert environment.audit_days == 400
    assert environment.advisory_list is None
    advisories = read_environment({"ADVISORY_LIST": "/srv/advisories.json"}, tmp_path).advisory_list
    assert advisories == Path("/srv/advisories.json")
    assert environment.report_address == ""
    assert read_environment({"REPORT_ADDRESS": "abuse@x.example"}, tmp_path).report_address == "abuse@x.example"
    assert environment.webhooks_to == "public"
    assert "https://github.com" in environment.git_origins


def test_a_public_address_is_not_loopback_and_its_host_is_allowed(tmp_path: Path) -> None:
    environment = read_environment({"PUBLIC_URL": "https://forge.example/", "HOST": "0.0.0.0"}, tmp_path)
    assert environment.public_url == "https://forge.example"
    assert (environment.secure, environment.public_is_loopback) == (True, False)
    assert "forge.example" in environment.allowed_hosts
    assert "0.0.0.0" not in environment.allowed_hosts


@each_case(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "70000"),
        ("UPLOAD_LIMIT", "-1"),
        ("PUBLIC_URL", "forge"),
        ("TLS_KEY", "key.pem"),
        ("ADVISORY_LIST", "list.json"),
        ("REPORT_ADDRESS", "Abuse <abuse@example.org>"),
        ("DEVICE_POLL_SECONDS", "9"),
        ("DEVICE_MQTT_URL", "http://broker.example"),
        ("DEVICE_MQTT_URL", "mqtt://broker.example"),
        ("DEVICE_MQTT_CREDENTIALS", "credentials"),
        ("DEVICE_LONG_POLLS", "5001"),
        ("UPGRADE_BACKUPS", "-1"),
        ("BACKUP_DAYS", "ninety"),
        ("SHARED_DATA", "yes"),
        ("PUBLISH_TEMPLATES", "no"),
        ("METRICS_TOKEN", "short"),
        ("LOG_FORMAT", "xml"),
        ("TELEMETRY_DAYS", "401"),
        ("AUDIT_DAYS", "0"),
        ("AUDIT_COPIES", "/var/log/audit"),
        ("AUDIT_COPIES", "file://relative"),
        ("AUDIT_COPIES", "syslog://user:password@host"),
        ("AUDIT_COPIES", "file:///a, file:///a"),
        ("AUDIT_COPIES", "syslog://host:port"),
        ("AUDIT_WEBHOOK_SECRET", "short"),
        ("REQUIRED_ISOLATION", "walls"),
        ("CREATE_ORGANISATIONS", "nobody"),
        ("WEBHOOKS_TO", "private"),
        ("GIT_SERVERS", "github.com"),
        ("GIT_SERVERS", "https://git.example/team"),
        ("MIRROR_REGISTRIES", "registry.lan:5000"),
        ("BLOB_SENDER", "apache"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadEnvironment, match=name):
        read_environment({name: value}, tmp_path)


def test_git_servers_are_named_by_their_addresses_or_there_are_none(tmp_path: Path) -> None:
    environment = read_environment({"GIT_SERVERS": "https://Git.example, http://10.0.0.5:3000"}, tmp_path)
    assert environment.git_origins == ("https://git.example", "http://10.0.0.5:3000")
    assert read_environment({"GIT_SERVERS": "none"}, tmp_path).git_origins == ()


def test_mirrors_reach_no_private_registry_unless_it_is_named(tmp_path: Path) -> None:
    assert read_environment({}, tmp_path).mirror_registries == ()
    environment = read_environment({"MIRROR_REGISTRIES": "http://Registry.lan:5000"}, tmp_path)
    assert environment.mirror_registries == ("http://registry.lan:5000",)


def test_copies_of_the_audit_log_have_addresses_and_webhooks_a_secret(tmp_path: Path) -> None:
    copies = "file:///var/log/audit.jsonl, syslog://logs.example, syslogs://logs.example, https://siem.example/audit"
    with pytest.raises(BadEnvironment, match="AUDIT_WEBHOOK_SECRET must be whsec_"):
        read_environment({"AUDIT_COPIES": copies}, tmp_path)
    secret = "whsec_" + "A" * 32
    environment = read_environment({"AUDIT_COPIES": copies, "AUDIT_WEBHOOK_SECRET": secret}, tmp_path)
    assert [(copy.kind.value, copy.path, copy.host, copy.port) for copy in environment.audit_copies] == [
        ("file", "/var/log/audit.jsonl", "", 0),
        ("syslog", "", "logs.example", 601),
        ("syslogs", "", "logs.example", 6514),
        ("webhook", "", "", 0),
    ]
    assert read_environment({}, tmp_path).audit_copies == ()


@pytest.mark.protects("operation/data-folder")
def test_the_key_is_made_once_and_read_by_nobody_else(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: secret_key(tmp_path / "data", {}), range(16)))
    assert len(keys) == 1
    [file] = (tmp_path / "data").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(keys.pop()) > 60


def test_a_key_that_is_given_is_used_and_not_written(tmp_path: Path) -> None:
    assert secret_key(tmp_path / "data", {"SECRET_KEY": "given"}) == "given"
    assert not (tmp_path / "data").exists()


@pytest.mark.protects("operation/data-folder")
def test_the_data_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    secret_key(tmp_path / "data", {})
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


@pytest.mark.protects("sign-in/guessed-passwords")
def test_no_proxy_is_trusted_unless_it_is_named(tmp_path: Path) -> None:
    assert read_environment({}, tmp_path).trusted_proxies == ()
    assert read_environment({"TRUSTED_PROXIES": "127.0.0.1, ::1"}, tmp_path).trusted_proxies == ("127.0.0.1", "::1")


def test_a_database_is_named_by_its_address(tmp_path: Path) -> None:
    address = "postgresql://fo%40rge:p%2Fss@db.example:6432/forge?sslmode=require"
    database = read_environment({"DATABASE_URL": address}, tmp_path).database
    assert database is not None
    options = database.settings()
    assert (options["USER"], options["PASSWORD"], options["HOST"], options["PORT"]) == (
        "fo@rge",
        "p/ss",
        "db.example",
        6432,
    )
    assert options["NAME"] == "forge"
    assert options["OPTIONS"]["sslmode"] == "require"


def test_a_database_may_be_reached_through_a_socket(tmp_path: Path) -> None:
    database = read_environment({"DATABASE_URL": "postgresql:///forge?host=/run/pg"}, tmp_path).database
    assert database is not None
    assert (database.host, database.options) == ("/run/pg", ())


def test_an_s3_store_is_named_by_its_bucket(tmp_path: Path) -> None:
    keys = {"S3_ACCESS_KEY": "a", "S3_SECRET_KEY": "b"}
    store = read_environment({"S3_URL": "s3+https://store.example:9000/runes/team", **keys}, tmp_path).store
    assert store is not None
    options = store.settings("blobs")["OPTIONS"]
    assert (options["endpoint_url"], options["bucket_name"]) == ("https://store.example:9000", "runes")
    assert (options["location"], options["access_key"], options["secret_key"]) == ("team/blobs", "a", "b")
    at_amazon = read_environment({"S3_URL": "s3://runes"}, tmp_path).store
    assert at_amazon is not None
    assert "endpoint_url" not in at_amazon.settings("media")["OPTIONS"]


@pytest.mark.protects("operation/addresses-in-errors")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://me:secret@db/forge"),
        ("DATABASE_URL", "postgresql://me:secret@db:port/forge"),
        ("DATABASE_URL", "postgresql://me:secret@db"),
        ("REDIS_URL", "http://:secret@redis"),
        ("S3_URL", "https://secret/bucket"),
        ("S3_URL", "s3+https://secret"),
    ],
)
def test_an_address_that_cannot_be_used_is_not_repeated_since_it_may_hold_a_password(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(BadEnvironment, match=name) as error:
        read_environment({name: value}, tmp_path)
    assert "secret" not in str(error.value)


def test_the_keys_of_a_store_go_together(tmp_path: Path) -> None:
    with pytest.raises(BadEnvironment, match="both"):
        read_environment({"S3_URL": "s3://runes", "S3_ACCESS_KEY": "a"}, tmp_path)


def test_a_server_may_ask_for_protections_by_name_or_for_all(tmp_path: Path) -> None:
    assert read_environment({}, tmp_path).required_isolation == frozenset()
    protections = read_environment({"REQUIRED_ISOLATION": "landlock, system-calls"}, tmp_path).required_isolation
    assert protections == {Protection.LANDLOCK, Protection.SYSTEM_CALLS}
    assert read_environment({"REQUIRED_ISOLATION": "all"}, tmp_path).required_isolation == frozenset(Protection)


def test_a_mail_server_is_named_with_how_it_is_encrypted(tmp_path: Path) -> None:
    assert read_environment({}, tmp_path).mail_server is None
    server = read_environment({"EMAIL_URL": "smtps://forge:p%40ss@mail.example"}, tmp_path).mail_server
    assert server is not None
    assert (server.host, server.port, server.user, server.password) == ("mail.example", 465, "forge", "p@ss")
    assert (server.use_ssl, server.use_starttls) == (True, False)
    server = read_environment({"EMAIL_URL": "smtp+starttls://mail.example:2525"}, tmp_path).mail_server
    assert server is not None
    assert (server.port, server.use_ssl, server.use_starttls) == (2525, False, True)


@pytest.mark.parametrize("value", ["mail.example", "http://mail.example", "smtp://", "smtps://user:secret@host:x"])
def test_a_mail_server_that_cannot_be_used_is_named_without_its_password(tmp_path: Path, value: str) -> None:
    with pytest.raises(BadEnvironment, match="EMAIL_URL must look like") as error:
        read_environment({"EMAIL_URL": value}, tmp_path)
    assert "secret@host" not in str(error.value)


def test_services_sign_people_in_only_when_they_are_named(tmp_path: Path) -> None:
    assert read_environment({}, tmp_path).sign_on.services == ()
    variables = {
        "OIDC_URL": "https://id.example/realm/",
        "OIDC_CLIENT_ID": "forge",
        "OIDC_CLIENT_SECRET": "x",
        "GITHUB_CLIENT_ID": "a",
        "GITHUB_CLIENT_SECRET": "b",
        "SIGN_ON_DOMAINS": "Acme.example, acme.test",
    }
    sign_on = read_environment(variables, tmp_path).sign_on
    assert [(each.name, each.login_path) for each in sign_on.services] == [
        ("id.example", "/accounts/oidc/oidc/login/"),
        ("GitHub", "/accounts/github/login/"),
    ]
    assert sign_on.domains == {"acme.example", "acme.test"}
    assert sign_on.provider_settings()["openid_connect"]["APPS"][0]["settings"] == {
        "server_url": "https://id.example/realm"
    }


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({"OIDC_URL": "http://id.example", "OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "b"}, "OIDC_URL"),
        ({"OIDC_URL": "https://id.example"}, "OIDC_CLIENT_ID"),
        ({"OIDC_CLIENT_ID": "a"}, "OIDC_URL"),
        ({"GITHUB_CLIENT_ID": "a"}, "GITHUB_CLIENT_SECRET"),
        ({"GOOGLE_CLIENT_SECRET": "a"}, "GOOGLE_CLIENT_ID"),
        ({"SIGN_ON_DOMAINS": "jo@acme.example"}, "SIGN_ON_DOMAINS"),
        ({"SIGN_ON_DOMAINS": "acme"}, "SIGN_ON_DOMAINS"),
    ],
)
def test_a_service_that_is_named_by_half_is_refused(tmp_path: Path, variables: dict[str, str], name: str) -> None:
    with pytest.raises(BadEnvironment, match=name):
        read_environment(variables, tmp_path)


@pytest.mark.parametrize(
    ("public", "expected"),
    [
        ("https://forge.example", True),
        ("http://localhost:8000", True),
        ("http://127.0.0.1:8000", False),
        ("https://192.168.1.5:8443", False),
        ("http://forge.example", False),
    ],
)
def test_passkeys_need_a_name_that_browsers_trust(tmp_path: Path, public: str, expected: bool) -> None:
    assert has_passkeys(read_environment({"PUBLIC_URL": public}, tmp_path).public) is expected


@each_case(
    ("variables", "most"),
    [
        ({}, 500),
        ({"DEVICE_MQTT_URL": "mqtts://broker.example"}, 0),
        ({"DEVICE_MQTT_URL": "mqtts://broker.example", "DEVICE_LONG_POLLS": "20"}, 20),
    ],
)
def test_polls_are_held_where_no_broker_rings_devices(tmp_path: Path, variables: dict[str, str], most: int) -> None:
    credentials = tmp_path / "credentials"
    credentials.write_text("forge:secret")
    environment = read_environment({**variables, "DEVICE_MQTT_CREDENTIALS": str(credentials)}, tmp_path)
    assert environment.device_long_polls == most
