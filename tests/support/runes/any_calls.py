"""Any sequence of calls of a runtime."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from wasmtime import wat2wasm

from rune.running.runtime import Limits, Runtime
from rune.running.runtime.errors import RuneError
from rune.running.runtime.interpreters import open_model
from tests.support.runes.modelled import loading, model_case
from tests.support.runes.wat import IMPORTS, do, module

LIMITS = Limits(seconds=5, fuel=1_000_000, output=1 << 20)
LOAD, DATA = loading(model_case("add_i8_rank_2").data, ["i8[1, 17]", "i8[1, 17]"], ["i8[1, 17]"])
numbers = st.one_of(
    st.integers(0, 8),
    st.sampled_from([64, 128, 512, 520, 640, 4096, 65535, 65536, 65537, -1, -4, 1 << 31, (1 << 32) - 1]),
    st.integers(-(1 << 31), (1 << 32) - 1),
)


@st.composite
def calls(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(sorted(IMPORTS)))
    return do(name, *(draw(numbers) for _ in range(IMPORTS[name][1])))


any_calls = given(st.lists(calls(), max_size=6), st.lists(calls(), max_size=12), st.booleans())


def check_calls(manifest: list[str], run: list[str], with_model: bool) -> None:
    """A rune makes these calls when it is loaded and when it is run, twice: it is answered or stopped by name."""
    first = [do("capability", 5), do("output", 5), *([f"(drop {LOAD})"] if with_model else [])]
    text = module("\n".join([*first, *manifest]), "\n".join(run), data=DATA)
    try:
        rune = Runtime.load(bytes(wat2wasm(text)), LIMITS, resources={"": b"abc"}, open_model=open_model)
        for _ in range(2):
            rune.call({1: lambda size: bytes(size)})
    except RuneError as error:
        assert len(str(error)) < 2000  # noqa: PT017
