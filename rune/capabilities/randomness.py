"""Seeded random words as the native runtime makes them: xoshiro256++ started by SplitMix64, the upper half of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_MASK = (1 << 64) - 1


def random_words(seed: int) -> Iterator[int]:
    """Endless u32 values of a u64 seed."""
    return (value >> 32 for value in xoshiro256pp(split_mix64(seed, 4)))


def xoshiro256pp(start: Sequence[int]) -> Iterator[int]:
    """Endless u64 values of a state of four u64."""
    state = list(start)
    while True:
        yield (_rotate(state[0] + state[3], 23) + state[0]) & _MASK
        shifted = state[1] << 17 & _MASK
        state[2] ^= state[0]
        state[3] ^= state[1]
        state[1] ^= state[2]
        state[0] ^= state[3]
        state[2] ^= shifted
        state[3] = _rotate(state[3], 45)


def random_bytes(seed: int, size: int) -> bytes:
    """`size` bytes of the words of a seed, little-endian."""
    words = random_words(seed)
    return b"".join(next(words).to_bytes(4, "little") for _ in range((size + 3) // 4))[:size]


def split_mix64(seed: int, count: int) -> tuple[int, ...]:
    """The first `count` u64 values of SplitMix64."""
    state = []
    for _ in range(count):
        seed = (seed + 0x9E3779B97F4A7C15) & _MASK
        mixed = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB & _MASK
        state.append(mixed ^ (mixed >> 31))
    return tuple(state)


def _rotate(value: int, count: int) -> int:
    value &= _MASK
    return (value << count | value >> (64 - count)) & _MASK
