"""compose.yaml names only settings that there are, and commands that the program has."""

from __future__ import annotations

import re

import pytest

from tests.conftest import REPOSITORY
from tests.support.servers.compose_file import compose_file
from tools.reference.settings import SETTINGS

DECIDED = {
    "DATA_DIR": "the image's volume",
    "HOST": "the image's",
    "PORT": "the image's",
    "TLS_CERTIFICATE": "the proxy's",
    "TLS_KEY": "the proxy's",
    "SHARED_DATA": "is for SQLite",
    "AWS_ACCESS_KEY_ID": "S3_ACCESS_KEY is the same",
    "AWS_SECRET_ACCESS_KEY": "S3_SECRET_KEY is the same",
    "AWS_SESSION_TOKEN": "ends while the server runs",
    "SIGNING_SECRET_FILE": "the signer's alone",
    "WORKER_NAME": "would be one name of several processes",
    "DEBUG": "is never for a server that others reach",
}
"""Settings that the compose file leaves alone, and why."""


def test_every_setting_is_passed_on_or_decided_by_the_image() -> None:
    compose = compose_file()
    variables = set(compose["services"]["web-1"]["environment"])
    assert variables == set(SETTINGS) - set(DECIDED)


def test_the_compose_file_sets_what_the_program_reads() -> None:
    compose = compose_file()
    ours = {name: service for name, service in compose["services"].items() if "build" in service}
    assert set(ours) == {"web-1", "web-2", "worker", "signer"}
    for service in ours.values():
        assert set(service["environment"]) <= set(SETTINGS)
        assert {"DATABASE_URL", "REDIS_URL", "BROKER_URL"} <= set(service["environment"])
    assert ours["worker"]["command"][-2:] == ["manage.py", "work"]
    assert ours["signer"]["command"][-2:] == ["manage.py", "sign"]
    assert set(compose["services"]) - set(ours) == {"postgres", "redis"}


def test_only_what_serves_pages_can_be_reached_from_outside() -> None:
    compose = compose_file()
    assert compose["networks"]["services"] == {"internal": True}
    services = compose["services"].items()
    assert {name for name, service in services if service["networks"] != ["services"]} == {"web-1", "web-2"}
    assert {name for name, service in services if "ports" in service} == {"web-1", "web-2"}


def test_each_service_that_holds_data_wants_a_password_that_somebody_chose() -> None:
    compose = compose_file()
    environment = compose["services"]["web-1"]["environment"]
    for name, password in (
        ("DATABASE_URL", "POSTGRES_PASSWORD"),
        ("REDIS_URL", "REDIS_PASSWORD"),
        ("SECRET_KEY", "SECRET_KEY"),
    ):
        assert f"${{{password}:?" in environment[name], "without it nothing starts"
    assert "$REDIS_PASSWORD" in compose["services"]["redis"]["command"][-1]


def test_what_computes_has_no_secret_of_signing_in() -> None:
    secrets = {"SECRET_KEY", "METRICS_TOKEN", "EMAIL_URL"} | {name for name in SETTINGS if "CLIENT_" in name}
    services = compose_file()["services"]
    assert secrets <= set(services["web-1"]["environment"])
    assert not secrets & set(services["worker"]["environment"])


@pytest.mark.protects("registry/private-keys")
def test_the_signer_alone_has_the_secret_of_the_keys() -> None:
    compose = compose_file()
    holders = [name for name, service in compose["services"].items() if "secrets" in service]
    assert holders == ["signer"]
    place = compose["services"]["signer"]["environment"]["SIGNING_SECRET_FILE"]
    assert place == f"/run/secrets/{compose['services']['signer']['secrets'][0]}"
    assert not place.startswith("/data")


@pytest.mark.protects("operation/images")
def test_images_of_others_are_named_by_their_digest() -> None:
    images = [service["image"] for service in compose_file()["services"].values() if "image" in service]
    images += re.findall(r"^ARG DEBIAN=(\S+)", (REPOSITORY / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert len(images) == 3
    assert [name for name in images if not re.fullmatch(r"[a-z]+:[\w.-]+@sha256:[0-9a-f]{64}", name)] == []
    stages = re.findall(r"^FROM (\S+)(?: AS (\S+))?$", (REPOSITORY / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert {source for source, _ in stages} - {name for _, name in stages if name} == {"${DEBIAN}"}
