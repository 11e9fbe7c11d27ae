"""The services that an installation of several processes shares: PostgreSQL, Redis and an S3 store, by address.

Read by `forge.serving.configuration.environment`; turned into Django's settings here. Nothing here knows Django.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from forge.serving.errors import BadAddress

MAX_CONNECTIONS = 16
"""Connections to PostgreSQL that one process may hold."""


@dataclass(frozen=True)
class Database:
    """A PostgreSQL database."""

    name: str
    host: str
    port: int
    user: str
    password: str
    options: tuple[tuple[str, str], ...]
    """Parameters of the connection, such as `sslmode`."""

    def settings(self) -> dict[str, Any]:
        """The entry of Django's DATABASES."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": self.name,
            "HOST": self.host,
            "PORT": self.port,
            "USER": self.user,
            "PASSWORD": self.password,
            "OPTIONS": {
                # A server that is away or hangs is given up after seconds, and not after the system's quarter of an
                # hour.
                "connect_timeout": "3",
                "keepalives_idle": "10",
                "keepalives_interval": "3",
                "keepalives_count": "3",
                "tcp_user_timeout": "15000",
                **dict(self.options),
                # Requests and sockets run in many threads that come and go: a pool keeps connections over them. It
                # gives a connection up soon, so that the next one who needs it tries again.
                "pool": {"min_size": 1, "max_size": MAX_CONNECTIONS, "timeout": 20, "reconnect_timeout": 2},
            },
        }


@dataclass(frozen=True)
class Store:
    """A bucket of an S3 store."""

    bucket: str
    endpoint: str
    region: str
    access_key: str
    secret_key: str
    prefix: str
    session_token: str

    def settings(self, folder: str) -> dict[str, Any]:
        """An entry of Django's STORAGES, for what belongs into one folder of the bucket."""
        location = "/".join(part for part in (self.prefix, folder) if part)
        options = {
            "endpoint_url": self.endpoint,
            "region_name": self.region,
            "access_key": self.access_key,
            "secret_key": self.secret_key,
            "security_token": self.session_token,
        }
        return {
            "BACKEND": "forge.core.blobs.bucket.BucketStorage",
            "OPTIONS": {
                "bucket_name": self.bucket,
                "location": location,
                "default_acl": None,
                "file_overwrite": True,
                "querystring_auth": True,
                **{name: value for name, value in options.items() if value},
            },
        }


def read_database(address: str) -> Database | None:
    """`postgresql://user:password@host:port/name?sslmode=require`; None for nothing. Raises `BadAddress`."""
    if not address:
        return None
    split = _split(address)
    if split is None or split.scheme not in ("postgres", "postgresql") or not split.path.strip("/"):
        raise BadAddress("must look like postgresql://user:password@host:5432/name")
    options = tuple(parse_qsl(split.query, keep_blank_values=True))
    # A folder of a socket is given as ?host=/folder, as libpq has it.
    host = dict(options).get("host") or unquote(split.hostname or "")
    return Database(
        name=unquote(split.path.strip("/")),
        host=host,
        port=split.port or 5432,
        user=unquote(split.username or ""),
        password=unquote(split.password or ""),
        options=tuple((name, value) for name, value in options if name != "host"),
    )


def read_redis(address: str) -> str:
    """The address of a Redis, as it is; "" for nothing. Raises `BadAddress`."""
    split = _split(address) if address else None
    if address and (split is None or split.scheme not in ("redis", "rediss", "unix")):
        raise BadAddress("must look like redis://host:6379/0")
    return address


def read_store(address: str, access_key: str, secret_key: str, region: str, session_token: str = "") -> Store | None:
    """`s3://bucket/prefix`, or `s3+https://host/bucket/prefix` for a store of one's own; None for nothing.

    Without keys they come from the files in which AWS's own tools look for them. Raises `BadAddress`.
    """
    if not address:
        return None
    split = _split(address)
    expected_form = "must look like s3://bucket, or s3+https://host:9000/bucket for a store of your own"
    if split is None or split.scheme not in ("s3", "s3+http", "s3+https") or not split.hostname:
        raise BadAddress(expected_form)
    if bool(access_key) != bool(secret_key):
        raise BadAddress("needs S3_ACCESS_KEY and S3_SECRET_KEY both, or neither")
    if split.scheme == "s3":
        endpoint, bucket, prefix = "", split.netloc, split.path.strip("/")
    else:
        endpoint = f"{split.scheme.removeprefix('s3+')}://{split.netloc}"
        bucket, _, prefix = split.path.strip("/").partition("/")
    if not bucket:
        raise BadAddress(expected_form)
    return Store(bucket, endpoint, region, access_key, secret_key, prefix, session_token)


REDIS_TIMEOUT_SECONDS = 1.0
"""Seconds that a request waits for the counters: while Redis hangs, each would wait for the driver's five."""


def channel_layers(redis: str) -> dict[str, Any]:
    """Django's CHANNEL_LAYERS: how the processes tell each other what happened."""
    if not redis:
        return {}
    # redis-py gives a connection up that is silent for 5 s; a subscription may be silent for long.
    host = {"address": redis, "socket_timeout": None, "socket_connect_timeout": 5}
    return {
        "processes": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [host], "prefix": "forge"},
        }
    }


def caches(redis: str) -> dict[str, Any]:
    """Django's CACHES. Limits are counted in `default`, which all processes share; in memory it has room for a crowd of
    addresses. `process` is never shared: what is in it goes into a page as it is."""
    memory = "django.core.cache.backends.locmem.LocMemCache"
    own = {"BACKEND": memory, "LOCATION": "process"}
    if not redis:
        return {"default": {"BACKEND": memory, "OPTIONS": {"MAX_ENTRIES": 100_000}}, "process": own}
    shared_cache = {
        "BACKEND": "forge.core.cache.shared.SharedCache",
        "LOCATION": redis,
        "OPTIONS": {
            "serializer": "forge.core.cache.json_values.JsonSerializer",
            "socket_timeout": REDIS_TIMEOUT_SECONDS,
            "socket_connect_timeout": REDIS_TIMEOUT_SECONDS,
        },
    }
    return {"default": shared_cache, "process": own}


def _split(address: str) -> SplitResult | None:
    try:
        split = urlsplit(address)
        _ = split.port
    except ValueError:
        return None
    return split
