"""Calls into a rune and out of it. What an import raised stays with its rune: the package keeps it for all threads."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable, Sequence
from typing import Any

from wasmtime import Func, FuncType, Linker, Store, Trap, ValType, WasmtimeError, _ffi

from rune.running.runtime.errors import NotARune
from rune.running.runtime.wasm import wasmtime_c
from rune.running.runtime.wasm.guest_memory import GuestMemory
from rune.running.runtime.wasm.signal_handlers import SignalHandlers

_WORD = (1 << 32) - 1
_RAISED_MESSAGE = b"an import raised an error"


class Imports:
    """The imports of one rune: it defines them, keeps them alive and knows what one of them raised."""

    def __init__(self, store: Store, handlers: SignalHandlers) -> None:
        self.memory = GuestMemory(store)
        self._handlers = handlers
        self._raised_error: BaseException | None = None
        self._alive: list[Any] = []

    def define(self, linker: Linker, name: str, kind: FuncType, action: Callable[..., int]) -> None:
        """Gives the linker `env.name`, whose parameters and at most one result are i32. `action` gets them as u32."""
        count = len(kind.params)
        unpack = struct.Struct("<" + f"I{wasmtime_c.VALUE - 4}x" * count).unpack
        size = count * wasmtime_c.VALUE
        has_result = bool(kind.results)

        handlers = self._handlers

        def import_callback(_data: object, caller: int, values: int, _count: int) -> int:
            try:
                handlers.may_raise = True
                if not self.memory.is_known:
                    self.memory.find(caller)
                result = action(self.memory, *unpack(ctypes.string_at(values, size)))
                if has_result:
                    ctypes.c_uint32.from_address(values).value = result & _WORD
                handlers.may_raise = False
            except BaseException as error:
                handlers.may_raise = False
                self._raised_error = error
                return int(wasmtime_c.trap_new(_RAISED_MESSAGE, len(_RAISED_MESSAGE)))
            return 0

        function = wasmtime_c.IMPORT_CALLBACK(import_callback)
        self._alive.append(function)
        text = name.encode()
        error = wasmtime_c.linker_define_func_unchecked(
            linker.ptr(), b"env", 3, text, len(text), kind.ptr(), function, None, None
        )
        if error:
            raise _error(error)

    def take_raised_error(self) -> BaseException | None:
        """The exception that an import raised since the last check."""
        raised_error, self._raised_error = self._raised_error, None
        return raised_error


class EntryPoint:
    """A function of a rune with its arguments, ready to be called often.

    Raises `NotARune` where the function takes other parameters than so many i32.
    """

    def __init__(
        self, store: Store, imports: Imports, name: str, function: Func, arguments: Sequence[int] = ()
    ) -> None:
        kind = function.type(store)
        if kind.params != [ValType.i32()] * len(arguments):
            raise NotARune(f"the module exports {name} with other parameters than the ABI")
        self._imports = imports
        self._argument_bytes = b"".join(struct.pack("<I12x", argument) for argument in arguments)
        self._count = max(len(arguments), len(kind.results))
        self._values = ctypes.create_string_buffer(self._count * wasmtime_c.VALUE)
        self._trap = ctypes.c_void_p()
        self._all = (
            store._context(),
            ctypes.byref(function._func),
            self._values,
            self._count,
            ctypes.byref(self._trap),
        )

    @property
    def result(self) -> int:
        """The first result of the last call, as u32."""
        return ctypes.c_uint32.from_buffer(self._values).value

    def __call__(self) -> None:
        """Runs it. Raises what an import raised, `Trap` or `WasmtimeError`."""
        ctypes.memmove(self._values, self._argument_bytes, len(self._argument_bytes))  # The results took their place.
        self._trap.value = None
        error = wasmtime_c.func_call_unchecked(*self._all)
        if error or self._trap:
            call_error = _error(error) if error else _trap(self._trap)
            raise self._imports.take_raised_error() or call_error


def _error(address: int) -> WasmtimeError:
    return WasmtimeError._from_ptr(ctypes.cast(address, ctypes.POINTER(_ffi.wasmtime_error_t)))


def _trap(address: ctypes.c_void_p) -> Trap:
    return Trap._from_ptr(ctypes.cast(address, ctypes.POINTER(_ffi.wasm_trap_t)))
