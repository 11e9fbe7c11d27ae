"""The cache in Redis, which several processes count in. While Redis is away, and where a value in it is none that this
program wrote, each use of it has a named error.

Who counts what could be guessed lets the error pass, and so refuses; who only slows readers down goes on without.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from forge.core.cache.json_values import NotOurs
from forge.core.errors import CountersAway

_log = logging.getLogger(__name__)


def _named(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def using(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except (RedisError, NotOurs) as error:
            _log.error("Redis cannot be used for counting: %s", error)
            raise CountersAway from error

    return using


class SharedCache(RedisCache):
    """Django's cache in Redis. Each method raises `CountersAway` where Redis cannot be counted in."""

    add = _named(RedisCache.add)
    get = _named(RedisCache.get)
    set = _named(RedisCache.set)
    touch = _named(RedisCache.touch)
    delete = _named(RedisCache.delete)
    get_many = _named(RedisCache.get_many)
    set_many = _named(RedisCache.set_many)
    delete_many = _named(RedisCache.delete_many)
    has_key = _named(RedisCache.has_key)
    incr = _named(RedisCache.incr)
    clear = _named(RedisCache.clear)
