"""Generated input, for measuring and for trying a rune without a file. The same bytes every time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from rune.running.runtime.host.imports import InputSource, RequestedCapability

_BLOCK = 1 << 16


def generated_inputs(capabilities: Sequence[RequestedCapability]) -> Mapping[int, InputSource]:
    """Plausible input for each capability, of the length that the rune asks for, as its declaration generates it.

    After 64 KiB the same comes again. The bytes are cached, so that only the first run takes time for them.
    """
    return {request.id: _cached_source(partial(request.kind.generate, request.parameters)) for request in capabilities}


def _cached_source(generate: Callable[[int], bytes]) -> InputSource:
    by_size: dict[int, bytes] = {}

    def source(size: int) -> bytes:
        if size not in by_size:
            by_size.clear()
            by_size[size] = _repeated(generate, size)
        return by_size[size]

    return source


def _repeated(generate: Callable[[int], bytes], size: int) -> bytes:
    if size <= _BLOCK:
        return generate(size)
    block = generate(_BLOCK)
    return (block * (size // _BLOCK + 1))[:size]
