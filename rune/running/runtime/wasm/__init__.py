"""Calls into a WebAssembly module, its memory, and what ends a call."""
