"""compose.yaml names only settings that there are, and commands that the program has."""

from __future__ import annotations

import yaml

from tests.conftest import REPOSITORY
from tools.reference import SETTINGS


def test_the_compose_file_sets_what_the_program_reads() -> None:
    compose = yaml.safe_load((REPOSITORY / "compose.yaml").read_text("utf-8"))
    ours = {name: service for name, service in compose["services"].items() if "build" in service}
    assert set(ours) == {"web-1", "web-2", "worker"}
    for service in ours.values():
        assert set(service["environment"]) <= set(SETTINGS)
        assert {"DATABASE_URL", "REDIS_URL", "BROKER_URL", "SECRET_KEY"} <= set(service["environment"])
    assert ours["worker"]["command"][-2:] == ["manage.py", "work"]
    assert set(compose["services"]) - set(ours) == {"postgres", "redis"}


def test_only_what_serves_pages_can_be_reached_from_outside() -> None:
    compose = yaml.safe_load((REPOSITORY / "compose.yaml").read_text("utf-8"))
    assert compose["networks"]["services"] == {"internal": True}
    services = compose["services"].items()
    assert {name for name, service in services if service["networks"] != ["services"]} == {"web-1", "web-2"}
    assert {name for name, service in services if "ports" in service} == {"web-1", "web-2"}


def test_each_service_that_holds_data_wants_a_password_that_somebody_chose() -> None:
    compose = yaml.safe_load((REPOSITORY / "compose.yaml").read_text("utf-8"))
    environment = compose["services"]["web-1"]["environment"]
    for name, password in (
        ("DATABASE_URL", "POSTGRES_PASSWORD"),
        ("REDIS_URL", "REDIS_PASSWORD"),
        ("SECRET_KEY", "SECRET_KEY"),
    ):
        assert f"${{{password}:?" in environment[name], "without it nothing starts"
    assert "$REDIS_PASSWORD" in compose["services"]["redis"]["command"][-1]
    assert compose["services"]["worker"]["environment"]["SECRET_KEY"] == ""
