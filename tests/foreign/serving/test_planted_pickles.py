"""An attacker who can write into Redis runs no code in our processes: nothing that comes out of it is unpickled."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings as configured
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.test import Client
from django.utils.module_loading import import_string
from kombu import serialization
from kombu.exceptions import ContentDisallowed

from forge.celery import app
from forge.core.cache.json_values import JsonSerializer
from forge.core.errors import CountersUnavailable
from forge.serving.configuration.services import caches, channel_layers
from tests.support.servers.services import ServiceMissing, running_redis

pytestmark = pytest.mark.foreign


class PlantedPickle:
    """Makes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> Any:
        return (Path.touch, (self._mark,))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    try:
        with running_redis() as (redis, _):
            yield redis
    except ServiceMissing as missing:
        pytest.skip(str(missing))


KEYS = (":1:throttle:visitor:127.0.0.1", ":1:summary:0", ":1:readme:0")


@pytest.mark.protects("operation/pickles")
@pytest.mark.django_db
def test_a_planted_pickle_under_the_keys_of_a_limit_runs_no_code(
    address: str, tmp_path: Path, settings: Any, client: Client
) -> None:
    mark = tmp_path / "ran"
    server = redis.Redis.from_url(address)
    for key in KEYS:
        server.set(key, pickle.dumps(PlantedPickle(mark)))
    pickling = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": address}
    settings.CACHES = caches(address) | {"default": pickling}
    with pytest.raises(TypeError, match="NoneType"):
        client.get("/api/v1/projects")
    assert mark.exists(), "with pickle it runs: the test plants at the right place"
    mark.unlink()
    settings.CACHES = caches(address)
    for key in KEYS:
        server.set(key, pickle.dumps(PlantedPickle(mark)))
    answer = client.get("/api/v1/projects")
    assert answer.status_code in (200, 401, 403)
    for key in KEYS:
        with pytest.raises(CountersUnavailable):
            cache.get(key.removeprefix(":1:"))
    assert not mark.exists()


def test_limits_are_still_counted_and_values_come_back(address: str, settings: Any) -> None:
    settings.CACHES = caches(address)
    cache.set("count", 1)
    assert cache.incr("count") == 2
    for value in ([1.5, 2.25], {"outline": None, "errors": 0}, "text", True, None):
        cache.set("value", value)
        assert cache.get("value", "nothing") == value
    with pytest.raises(TypeError):
        JsonSerializer().dumps(AnonymousUser())


@pytest.mark.protects("operation/pickles")
def test_queue_sockets_and_sessions_have_no_pickle_either(address: str, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    payload = pickle.dumps(PlantedPickle(mark))
    assert set(app.conf.accept_content) == {"json"}
    assert app.conf.task_serializer == "json"
    decode: Any = serialization.loads
    with pytest.raises(ContentDisallowed):
        decode(payload, "application/x-python-serialize", "binary", accept=app.conf.accept_content)
    settings = channel_layers(address)["processes"]
    layer: Any = import_string(settings["BACKEND"])(**settings["CONFIG"])
    with pytest.raises(Exception, match=r"(?i)unpack|extra|msgpack"):
        layer.deserialize(payload)
    assert configured.SESSION_SERIALIZER.endswith("JSONSerializer")
    assert SessionStore().decode(SessionStore().encode({"a": 1})) == {"a": 1}
    assert not mark.exists()
