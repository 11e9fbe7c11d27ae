"""A program in C, compiled to WebAssembly and run there: the sources of a package are tried without trusting them.

The code is that of the package, with the kernels of its target, compiled by another compiler for another processor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from wasmtime import Config, Engine, Func, Instance, Memory, Module, Store, Trap, WasmtimeError

from rune.compiler.anvil.compiling.allowance import Allowance
from rune.compiler.anvil.compiling.compiler import compile_sources
from rune.compiler.anvil.sources import Sources, Unit
from rune.compiler.anvil.target import Toolchain
from rune.compiler.targets.c.interface import Interface
from rune.devices.packages.errors import PackageRefused

_FUEL: Final = 100_000_000_000
"""The fuel of all calls together, about one unit an instruction."""
_MEMORY: Final = 512 << 20
_STACK: Final = 256 * 1024

_TOOLCHAIN: Final = Toolchain(
    (
        "--target=wasm32-unknown-unknown",
        "-mbulk-memory",
        "-mbulk-memory-opt",
        "-mnontrapping-fptoint",
        "-msign-ext",
    ),
    "wasm-ld",
    ("--no-entry", "--strip-all", "--stack-first", "-z", f"stack-size={_STACK}", "-o"),
)


class SandboxFailed(PackageRefused):
    """The program trapped, or did not end; `reason` is the engine's."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The code of the package does not run: {reason}")
        self.reason = reason


class Sandbox:
    """A program after its `init`. Its runs follow each other, as on a device."""

    def __init__(self, sources: Mapping[str, bytes], interface: Interface, allowance: Allowance) -> None:
        """`sources` are the files that are compiled, by name: the rune, its header, its self-test. Raises
        `CompileError` and `SandboxFailed`."""
        rune, probe = f"{interface.name}.c", "probe.c"
        files = {**sources, probe: _probe(interface).encode("ascii")}
        module = compile_sources(Sources(files, (Unit(rune), Unit(probe))), _TOOLCHAIN, allowance)
        config = Config()
        config.consume_fuel = True
        self._engine = Engine(config)
        try:
            self._module = Module(self._engine, module)
        except WasmtimeError as error:
            raise SandboxFailed(str(error).splitlines()[0]) from error
        self._start(_FUEL)

    def _start(self, fuel: int) -> None:
        self._store = Store(self._engine)
        self._store.set_limits(memory_size=_MEMORY, instances=1, tables=1, memories=1)
        self._store.set_fuel(fuel)
        try:
            self._exports = Instance(self._store, self._module, []).exports(self._store)
        except (Trap, WasmtimeError) as error:
            raise SandboxFailed(str(error).splitlines()[0]) from error
        self._call("probe_init")

    def renew(self) -> None:
        """Starts anew with memory as it was compiled: a trap leaves the program's stack as it is. Raises
        `SandboxFailed`."""
        self._start(self.fuel)

    @property
    def fuel(self) -> int:
        """The remaining fuel."""
        return self._store.get_fuel()

    def trace(self, seed: int, steps: int) -> tuple[int, ...]:
        """Runs on the inputs of a seed; the digest of each step. Raises `SandboxFailed`."""
        return self._digests(self._call("probe_trace", seed), steps)

    @property
    def _memory(self) -> Memory:
        memory = self._exports["memory"]
        if not isinstance(memory, Memory):
            raise SandboxFailed("it has no memory")
        return memory

    def _digests(self, place: int, steps: int) -> tuple[int, ...]:
        digests = bytes(self._memory.read(self._store, place, place + 4 * steps))
        return tuple(int.from_bytes(digests[at : at + 4], "little") for at in range(0, 4 * steps, 4))

    def read(self, start: int = 0, stop: int | None = None) -> bytes:
        """Bytes of its memory; without `stop` up to the end."""
        return bytes(self._memory.read(self._store, start, stop))

    def write(self, address: int, data: bytes) -> None:
        """Changes bytes of its memory."""
        self._memory.write(self._store, data, address)

    def restart(self) -> None:
        """Forgets what earlier runs left behind. Raises `SandboxFailed`."""
        self._call("probe_init")

    def trace_on(self, inputs: Sequence[bytes], steps: int) -> tuple[int, ...]:
        """Runs on the bytes of each input; the digest of each step. Raises `SandboxFailed`."""
        for number, data in enumerate(inputs):
            self._memory.write(self._store, data, self._call("probe_input", number))
        return self._digests(self._call("probe_trace_given"), steps)

    def self_test(self) -> int:
        """Returns the result of the program's own self-test. Raises `SandboxFailed`."""
        return self._call("probe_selftest")

    def _call(self, name: str, *arguments: int) -> int:
        function = self._exports[name]
        if not isinstance(function, Func):
            raise SandboxFailed(f"it has no function {name}")
        try:
            return int(function(self._store, *arguments) or 0)
        except (Trap, WasmtimeError) as error:
            raise SandboxFailed(str(error).splitlines()[0]) from error


def _probe(interface: Interface) -> str:
    """Returns the program that calls the package. It includes the self-test, for its inputs."""
    prefix, upper = interface.prefix, interface.upper
    export_attribute = '__attribute__((export_name("{}")))'.format
    inputs = ", ".join(f"input_{field.name}" for field in interface.inputs) or "0"
    return f"""\
#include "{interface.name}_selftest.c"

void *memcpy(void *restrict target, const void *restrict source, __SIZE_TYPE__ size)
{{
    return __builtin_memcpy(target, source, size);
}}

{export_attribute("probe_init")} int probe_init(void)
{{
    return {prefix}_init();
}}

{export_attribute("probe_trace_given")} const uint32_t *probe_trace_given(void)
{{
    static uint32_t digests[{upper}_STEPS];
    const struct {prefix}_inputs inputs = {{{inputs}}};
    {prefix}_trace(&inputs, &outputs, digests);
    return digests;
}}

{export_attribute("probe_trace")} const uint32_t *probe_trace(uint32_t seed)
{{
    fill(seed);
    return probe_trace_given();
}}

{export_attribute("probe_input")} void *probe_input(uint32_t number)
{{
    void *const places[] = {{{inputs}}};
    return places[number];
}}

{export_attribute("probe_selftest")} int probe_selftest(void)
{{
    return {prefix}_selftest();
}}
"""
