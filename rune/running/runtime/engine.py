"""Loading a rune on wasmtime and calling it, within limits. What a rune sees of its host is in
`rune.running.runtime.host.imports`."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from wasmtime import (
    Config,
    Engine,
    Func,
    FuncType,
    Instance,
    Linker,
    Memory,
    Module,
    Store,
    Trap,
    ValType,
    WasmtimeError,
)

from rune.abi import WATCH_EXPORT
from rune.model.profile import Profile
from rune.port import Port
from rune.running.container import (
    ContainerError,
    read_graph,
    read_module,
    read_resources,
    read_watch,
    step_name,
    streamed_requests,
    watched_ports,
)
from rune.running.runtime.counting import RuneCounters
from rune.running.runtime.errors import NotARune, RuneStopped, RuneUnusable
from rune.running.runtime.host.imports import Host, InputSource, RequestedCapability, RequestedOutput
from rune.running.runtime.host.models import Inference, ModelRequest
from rune.running.runtime.host.resources import FindResource
from rune.running.runtime.interpreters import Interpreter, ModelLimits, OpenModel, open_isolated
from rune.running.runtime.limits import Limits
from rune.running.runtime.messages import LogLine, OutputMessage, read_message
from rune.running.runtime.stages import stage_milliseconds
from rune.running.runtime.traps import rune_error
from rune.running.runtime.wasm.calls import EntryPoint, Imports
from rune.running.runtime.wasm.guard import CallGuard
from rune.running.runtime.wasm.rune_memory import RuneMemory
from rune.watch.counts import Counts
from rune.watch.layout import WatchLayout
from rune.wording import plain, size_text

T = TypeVar("T")

_DEFAULT_LIMITS = Limits()
_NO_RESOURCES: Mapping[str, bytes] = {}


class LoadedRune:
    """A rune after its `_manifest`. What its proc-blocks remember lasts from call to call.

    Not for several threads at once. A call that ends badly leaves the rune unusable: load it again.
    """

    def __init__(
        self,
        store: Store,
        instance: Instance,
        host: Host,
        imports: Imports,
        guard: CallGuard,
        graph: Mapping[str, Any],
        layout: WatchLayout | None = None,
    ) -> None:
        """`graph` is what the rune says of itself: foreign JSON of any form. `layout` has the bins of its counters."""
        self._store = store
        self._host = host
        self._imports = imports
        self._guard = guard
        exports = instance.exports(store)
        memory, manifest, call = (exports.get(name) for name in ("memory", "_manifest", "_call"))
        if not isinstance(memory, Memory) or not isinstance(manifest, Func) or not isinstance(call, Func):
            raise NotARune("the module does not export what a rune does: memory, _manifest and _call")
        imports.memory.belongs_to(memory)
        self._call = EntryPoint(store, imports, "_call", call, (0, 0, 0))
        self._exports = exports
        self._milliseconds = 0.0
        self._usable = True
        self._run(EntryPoint(store, imports, "_manifest", manifest))
        handles = tuple(host.outputs)
        ports = watched_ports(graph, [request.kind for request in host.outputs.values()])
        self._ports = dict(zip(handles[len(handles) - len(ports) :], ports, strict=True))
        self._watched: dict[Port, OutputMessage] = {}
        self._is_stream = any(streamed_requests(graph, [request.kind for request in host.capabilities.values()]))
        self._sent_handles: frozenset[int] = frozenset()
        self._counters = RuneCounters.of(layout, store, imports, exports.get(WATCH_EXPORT))

    @property
    def capabilities(self) -> tuple[RequestedCapability, ...]:
        """The inputs that the rune asked for, in its order."""
        return tuple(self._host.capabilities.values())

    @property
    def outputs(self) -> tuple[RequestedOutput, ...]:
        """The outputs that the rune asked for, in its order; those that send watched wires are left out."""
        return tuple(request for handle, request in self._host.outputs.items() if handle not in self._ports)

    @property
    def is_incomplete(self) -> bool:
        """Whether a window of a stream was not complete in the last call, so that not all of it was done."""
        return self._is_stream and len(self._sent_handles) < len(self._ports) + len(self.outputs)

    @property
    def watched(self) -> Mapping[Port, OutputMessage]:
        """The values of each watched wire in the last call; empty unless the rune was built to show some."""
        return self._watched

    @property
    def models(self) -> tuple[ModelRequest, ...]:
        """The models that the rune left to its host, in its order."""
        return tuple(self._host.models.requests)

    @property
    def inferences(self) -> tuple[Inference, ...]:
        """The host's inferences in the last call, in order; empty unless loaded with `record`."""
        return tuple(self._host.models.inferences)

    @property
    def logs(self) -> tuple[LogLine, ...]:
        """The log lines of the last call; after loading, those of `_manifest`."""
        return self._host.all_logs

    @property
    def memory_pages(self) -> int:
        """Pages of 64 KiB that its memory has now."""
        return self._imports.memory.size >> 16

    @property
    def milliseconds(self) -> float:
        """Wall time of the last call, inside the rune alone."""
        return self._milliseconds

    @property
    def stages(self) -> Mapping[str, float]:
        """Milliseconds of each stage in the last call, in their order; empty unless the rune was built to be timed."""
        return stage_milliseconds(self._host.marks)

    def call(self, inputs: Mapping[int, InputSource]) -> tuple[OutputMessage, ...]:
        """Runs the pipeline once; what its outputs sent. `inputs` by the capabilities' ids. Raises `RuneError`."""
        return self._call_with(inputs, lambda: self._run(self._call))

    def call_in_steps(
        self, inputs: Mapping[int, InputSource], after: Callable[[int, RuneMemory], None]
    ) -> tuple[OutputMessage, ...]:
        """The same for a rune that exports its steps (`rune.running.container.with_steps`), which are called one by
        one, each within the limits. `after` is called with the number of each that ended. Raises `RuneError`."""

        def run() -> None:
            number = 0
            while isinstance(step := self._exports.get(step_name(number)), Func):
                self._run(EntryPoint(self._store, self._imports, step_name(number), step))
                after(number, RuneMemory(self._imports.memory))
                number += 1

        return self._call_with(inputs, run)

    def take_counts(self) -> Counts | None:
        """Returns what the rune counted since it started, or since this was last called, and sets its counters to 0;
        None for a rune that counts nothing. Raises `RuneError`."""
        if self._counters is None:
            return None
        self._find_counters(self._counters)
        return self._counters.take()

    def label_counts(self) -> tuple[int, ...]:
        """Returns how often the rune gave each label since its counts were taken; empty without. Raises `RuneError`."""
        if self._counters is None:
            return ()
        self._find_counters(self._counters)
        return self._counters.labels()

    def _find_counters(self, counters: RuneCounters) -> None:
        self._require_usable()
        milliseconds = self._milliseconds
        try:
            self._run(counters.find)
        except BaseException:
            self.close()
            raise
        self._milliseconds = milliseconds

    def _require_usable(self) -> None:
        if not self._usable:
            raise RuneUnusable("this rune was stopped in an earlier run; load it again")

    def _call_with(self, inputs: Mapping[int, InputSource], run: Callable[[], None]) -> tuple[OutputMessage, ...]:
        self._require_usable()
        self._host.begin_call(inputs)
        try:
            run()
        except BaseException:
            self.close()
            raise
        kinds = self._host.outputs
        self._sent_handles = frozenset([handle for handle, _ in self._host.messages])
        messages = tuple([read_message(handle, kinds[handle].kind, data) for handle, data in self._host.messages])
        if not self._ports:
            return messages
        self._watched = {self._ports[each.channel]: each for each in messages if each.channel in self._ports}
        return tuple(each for each in messages if each.channel not in self._ports)

    def close(self) -> None:
        """Frees what the host models hold. It happens by itself when the rune is no longer used."""
        self._usable = False
        self._host.models.close()

    def _run(self, entry: EntryPoint) -> None:
        def enter() -> float:
            start = time.perf_counter()
            entry()
            return (time.perf_counter() - start) * 1000

        self._usable = False
        self._milliseconds = _within_limits(self._store, self._host, self._imports, self._guard, enter)
        self._usable = True


class CompiledRune:
    """A rune's compiled module, from which a fresh instance starts in less than a millisecond."""

    def __init__(self, data: bytes, limits: Limits = _DEFAULT_LIMITS) -> None:
        """Compiles the module. Raises `RuneStopped` for one that is too large, and `NotARune`.

        Compiling takes time in proportion to the bytes and is bounded by `limits.module` alone: who compiles what a
        stranger sent does it in a process of its own.
        """
        if len(data) > limits.module:
            raise RuneStopped(
                "memory", f"the rune has {size_text(len(data))}, more than the limit of {size_text(limits.module)}"
            )
        self._data = data
        self._limits = limits
        self._engine = Engine(_config(limits))
        self._module = _compile(self._engine, data)

    def start(
        self,
        *,
        resources: Mapping[str, bytes] = _NO_RESOURCES,
        open_model: OpenModel | None = None,
        record: bool = False,
    ) -> LoadedRune:
        """A fresh instance: checks what the module imports and exports, and calls `_manifest`. Raises `RuneError`.

        The arguments are those of `Runtime.load`.
        """
        limits = self._limits
        store = Store(self._engine)
        store.set_limits(limits.memory, limits.table_elements, instances=1, tables=limits.tables, memories=1)
        find = _finder(self._data, resources)
        host = Host(limits, find_resource=find, open_model=open_model or isolated_models(limits), record=record)
        guard = CallGuard(store, limits.seconds)
        imports = Imports(store, guard.handlers)
        linker = _link(self._engine, self._module, host, imports)
        try:
            instance = _within_limits(store, host, imports, guard, lambda: linker.instantiate(store, self._module))
            return LoadedRune(store, instance, host, imports, guard, _graph(self._data), _layout(self._data))
        except BaseException:
            host.models.close()
            raise


class Runtime:
    """Makes loaded runes from the bytes of `.rune` files."""

    @staticmethod
    def load(
        data: bytes,
        limits: Limits = _DEFAULT_LIMITS,
        *,
        resources: Mapping[str, bytes] = _NO_RESOURCES,
        open_model: OpenModel | None = None,
        record: bool = False,
    ) -> LoadedRune:
        """Compiles a rune and starts it. Raises `RuneError`.

        `resources` by their names, without `$`, go before those that the rune carries along; they count for runes that
        read resources from their host. `open_model` loads the models that the rune leaves to its host; without one each
        runs in a process of its own, within the limits, with the kernels of a page. `record` keeps what they are
        given and answer (`LoadedRune.inferences`).
        """
        return CompiledRune(data, limits).start(resources=resources, open_model=open_model, record=record)


def _finder(data: bytes, resources: Mapping[str, bytes]) -> FindResource:
    """Returns the finder of resources: the caller's first, then the rune's, which are read at the first request."""
    own_resources: dict[str, memoryview] | None = None

    def find(name: str) -> bytes | memoryview | None:
        nonlocal own_resources
        if name in resources:
            return resources[name]
        if own_resources is None:
            try:
                own_resources = dict(read_resources(data))
            except ContainerError as error:
                raise NotARune(f"the resources of the rune cannot be read: {error}") from None
        return own_resources.get(name)

    return find


def _graph(data: bytes) -> Mapping[str, Any]:
    """The graph that a rune carries; it runs without one, and with one that cannot be read."""
    try:
        return read_graph(data) or {}
    except ContainerError:
        return {}


def _layout(data: bytes) -> WatchLayout | None:
    """The bins of a rune's counters; it runs without them, and with a description that cannot be read."""
    try:
        record = read_watch(data)
    except ContainerError:
        return None
    return None if record is None else record.layout


def isolated_models(limits: Limits, reference: Profile | None = None) -> OpenModel:
    """Opens each model in a process of its own: with the kernels that a page runs it with too, or with the reference
    kernels of a profile's runtime."""
    model_limits = ModelLimits(seconds=limits.seconds, memory=limits.model_memory)

    def open_model(mimetype: str, data: bytes) -> Interpreter:
        return open_isolated(mimetype, data, limits=model_limits, reference=reference)

    return open_model


def _config(limits: Limits) -> Config:
    """An engine for one rune: the epoch that ends a call ends no other rune's."""
    config = Config()
    config.epoch_interruption = True
    config.consume_fuel = limits.fuel is not None
    config.wasm_threads = False
    config.wasm_memory64 = False
    config.wasm_multi_memory = False
    return config


def _compile(engine: Engine, data: bytes) -> Module:
    if data[:8] != b"\0asm\1\0\0\0":
        raise NotARune("the file is not a WebAssembly module; rune build makes a rune from a Runefile")
    try:
        return Module(engine, data)
    except WasmtimeError:
        raise NotARune(f"the file is not a valid WebAssembly module: {_damage(data)}") from None


def _damage(data: bytes) -> str:
    """Returns what is wrong with a module that wasmtime refuses, whose sentences name its own parts."""
    try:
        read_module(data)
    except ContainerError as error:
        return plain(str(error), longest=300)
    return "its code is damaged, or uses what runes do not have; build it again"


def _link(engine: Engine, module: Module, host: Host, imports: Imports) -> Linker:
    linker = Linker(engine)
    functions = host.imports()
    i32 = ValType.i32()
    defined_names = set()
    for entry in module.imports:
        name = entry.name or ""
        kind = entry.type
        if entry.module != "env" or name not in functions or not isinstance(kind, FuncType):
            raise NotARune(f"the rune asks its host for {entry.module}.{name}, which is not part of the ABI"[:300])
        count, action = functions[name]
        # An old guest declares no result for rune_resource_close.
        if len(kind.params) != count or len(kind.results) > 1 or any(t != i32 for t in [*kind.params, *kind.results]):
            raise NotARune(f"the rune declares env.{name} with other parameters than the ABI")
        if name not in defined_names:
            defined_names.add(name)
            imports.define(linker, name, kind, action)
    return linker


def _within_limits(store: Store, host: Host, imports: Imports, guard: CallGuard, enter: Callable[[], T]) -> T:
    """Returns the result of one entry into the rune, within fuel and time. Raises `RuneError` with the reason."""
    limits = host.limits
    if limits.fuel is not None:
        store.set_fuel(limits.fuel)
    try:
        return guard.run(enter)
    except (Trap, WasmtimeError) as error:
        raise (imports.take_raised_error() or rune_error(error, host, imports.memory.size)) from None
