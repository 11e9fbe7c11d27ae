"""The parts of wasmtime's C interface that are used directly: https://docs.wasmtime.dev/c-api/.

The Python package describes the types of a function anew at each call, which takes 25 us where the call takes 3. Each
prototype here is one of that library's, with pointers as plain addresses.
"""

from __future__ import annotations

import ctypes
from typing import Any

from wasmtime import _ffi

VALUE = 16
"""Bytes of a `wasmtime_val_raw_t`, which has room for a vector."""

IMPORT_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
"""`wasmtime_func_unchecked_callback_t`: data, caller, values, their count -> a trap, or 0."""

EPOCH_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
"""The function of `wasmtime_store_epoch_deadline_callback`: context, data, where to write after how many epochs (u64)
it is to be called again, and how to go on -> an error that ends the call, or 0."""


def _prototype(name: str, result: Any, *parameters: Any) -> Any:
    function = _ffi.dll[name]  # By index, each look-up has a prototype of its own; the package's is left as it is.
    function.restype = result
    function.argtypes = list(parameters)
    return function


_pointer = ctypes.c_void_p
_size = ctypes.c_size_t

memory_data = _prototype("wasmtime_memory_data", _pointer, _pointer, _pointer)
"""context, memory -> the address of its first byte; it moves when the memory grows."""
memory_data_size = _prototype("wasmtime_memory_data_size", _size, _pointer, _pointer)
"""context, memory -> bytes."""
caller_export_get = _prototype("wasmtime_caller_export_get", ctypes.c_bool, _pointer, ctypes.c_char_p, _size, _pointer)
"""caller, name, its bytes, where to write a `wasmtime_extern_t` -> whether there is such an export."""
func_call_unchecked = _prototype(
    "wasmtime_func_call_unchecked", _pointer, _pointer, _pointer, _pointer, _size, _pointer
)
"""context, function, values (arguments, then results), their count, where to write a trap -> an error, or none."""
linker_define_func_unchecked = _prototype(
    "wasmtime_linker_define_func_unchecked",
    _pointer,
    *(_pointer, ctypes.c_char_p, _size, ctypes.c_char_p, _size, _pointer, IMPORT_CALLBACK, _pointer, _pointer),
)
"""linker, module, its bytes, name, its bytes, type, action, data, finalizer -> an error, or none."""
trap_new = _prototype("wasmtime_trap_new", _size, ctypes.c_char_p, _size)
"""message, its bytes -> a trap, owned by who gets it."""
error_new = _prototype("wasmtime_error_new", _size, ctypes.c_char_p)
"""message -> an error, owned by who gets it."""
store_epoch_deadline_callback = _prototype(
    "wasmtime_store_epoch_deadline_callback", None, _pointer, EPOCH_CALLBACK, _pointer, _pointer
)
"""store, action, data, finalizer."""
