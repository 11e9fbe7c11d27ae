"""The shared cache in Redis, for counters of several processes. If Redis is unavailable, or holds a value that this
program did not write, each method raises `CountersUnavailable`.

Code that counts guesses lets the error propagate and so refuses; rate limits for readers continue without counting.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from forge.core.cache.json_values import ForeignValue
from forge.core.errors import CountersUnavailable

_log = logging.getLogger(__name__)


def _with_named_error(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def using(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except (RedisError, ForeignValue) as error:
            _log.error("Redis cannot be used for counting: %s", error)
            raise CountersUnavailable from error

    return using


class SharedCache(RedisCache):
    """Django's cache in Redis. Each method raises `CountersUnavailable` where Redis cannot be counted in."""

    add = _with_named_error(RedisCache.add)
    get = _with_named_error(RedisCache.get)
    set = _with_named_error(RedisCache.set)
    touch = _with_named_error(RedisCache.touch)
    delete = _with_named_error(RedisCache.delete)
    get_many = _with_named_error(RedisCache.get_many)
    set_many = _with_named_error(RedisCache.set_many)
    delete_many = _with_named_error(RedisCache.delete_many)
    has_key = _with_named_error(RedisCache.has_key)
    incr = _with_named_error(RedisCache.incr)
    clear = _with_named_error(RedisCache.clear)
