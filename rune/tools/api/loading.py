"""A rune as an object that is called with arrays."""

from __future__ import annotations

import html
import os
import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from rune.capabilities.randomness import random_bytes
from rune.running.container import ContainerError, is_zune, read_rune
from rune.running.runtime import InputSource, Limits, LoadedRune, Runtime
from rune.running.runtime.errors import InputMissing, NotARune, RuneError, RuneUnusable
from rune.running.runtime.inputs.files import InputFiles, inputs_from_files
from rune.tools.api.arrays import encoded
from rune.tools.api.errors import InputUnknown
from rune.tools.api.ports import Input, Output, inputs_of, outputs_of, rune_name
from rune.tools.api.results import Results

_FRESH = "The next run starts with a fresh instance; the rune's state is lost."


def load(
    source: str | os.PathLike[str] | bytes,
    *,
    limits: Limits | None = None,
    resources: Mapping[str, bytes | str] | None = None,
    seed: int | None = None,
) -> Rune:
    """A rune from a `.rune` file or its bytes, ready to be called.

    `limits` bound time, memory and what it sends, for each run. `resources` by name, without `$`, are for runes that
    were built with `--host-resources`; text is sent as UTF-8. `seed` fixes what a `random` input that is left out
    reads. Raises `NotARune` and other `RuneError`, and `OSError` for a file that cannot be read.
    """
    if isinstance(source, bytes):
        data, name = source, "rune"
    else:
        path = Path(source)
        data, name = path.read_bytes(), path.stem
    resource_bytes = {key: text.encode() if isinstance(text, str) else text for key, text in (resources or {}).items()}
    return Rune(data, name, limits or Limits(), resource_bytes, seed)


class Rune:
    """A loaded rune: call it with its inputs and read its outputs by name.

        r = rune.load("keywords.rune")
        r(audio=samples)["scores"]

    What its proc-blocks remember lasts from call to call, until `reset()`. Threads may share it: runs wait for each
    other. They then share what it remembers as well, so a stream of its own wants a rune of its own.

    A wrong input is refused before the rune runs and changes nothing. A run that traps or reaches a limit raises, says
    so, and the next call starts with a fresh instance.
    """

    def __init__(
        self, data: bytes, name: str, limits: Limits, resources: Mapping[str, bytes], seed: int | None
    ) -> None:
        if is_zune(data):
            raise NotARune(
                "this is a zune, the zip format of the last versions of Rune; rune build converts it to a rune"
            )
        self._data, self._limits, self._resources = data, limits, resources
        self._seed = secrets.randbits(64) if seed is None else seed
        self._runs = 0
        self._closed = False
        self._lock = threading.RLock()
        self._loaded_rune: LoadedRune | None = self._fresh()
        graph = _graph(data)
        self.name = rune_name(graph) or name
        """The name of the rune."""
        self.inputs: Mapping[str, Input] = inputs_of(graph, self._loaded_rune.capabilities)
        """The inputs of the rune, by name, in order."""
        self.outputs: Mapping[str, Output] = outputs_of(graph, self._loaded_rune.outputs)
        """The outputs of the rune, by name, in order."""

    def __call__(self, *values: object, **inputs: object) -> Results:
        """Runs the pipeline once.

        Inputs by name; a name that is no Python word also with `_` for its other characters, or in one mapping:
        `r({"raw-audio": samples})`. Where there is one input, its value alone is enough. A value is an array, a
        list, bytes, or a `pathlib.Path` of a wav, a picture or a CSV, which is read as `rune run` reads it.

        Raises `InputError` for what does not fit, `RuneStopped` at a limit, `RuneTrapped` and other `RuneError`.
        """
        values_by_name = self._inputs_by_name(values, inputs)
        with self._lock:
            sources = self._sources(values_by_name)
            rune = self._ready()
            self._runs += 1
            try:
                messages = rune.call(sources)
            except RuneError as error:
                self._loaded_rune = None
                error.args = (f"{str(error).rstrip('.')}. {_FRESH}",)
                raise
            except BaseException:
                self._loaded_rune = None
                raise
            return Results(tuple(self.outputs.values()), messages, rune.milliseconds, rune.logs)

    def stream(self, items: Iterable[object]) -> Iterator[Results]:
        """Runs the pipeline for each item, as it is asked for, and keeps what the rune remembers between them.

        An item is what a call takes: a value for the one input, or a mapping of names. An error ends the stream; the
        rune can be called, or given another stream, after it.
        """
        for item in items:
            yield self(item)

    def reset(self) -> None:
        """Resets the state of the proc-blocks, so the next run is like the first. Raises `RuneError`."""
        with self._lock:
            self._require_open()
            if self._loaded_rune is not None:
                self._loaded_rune.close()
            self._loaded_rune = self._fresh()
            self._runs = 0

    def close(self) -> None:
        """Frees what it holds; it cannot be called after that. It also happens when nothing uses it any more."""
        with self._lock:
            self._closed = True
            if self._loaded_rune is not None:
                self._loaded_rune.close()
            self._loaded_rune = None

    def __enter__(self) -> Rune:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        inputs, outputs = ("; ".join(map(str, ports.values())) for ports in (self.inputs, self.outputs))
        closed = ", closed" if self._closed else ""
        return f"<Rune {self.name}: {inputs or 'no input'} -> {outputs or 'no output'}{closed}>"

    def _repr_html_(self) -> str:
        """A table for notebooks. All texts are the rune's own and foreign."""
        rows = [("input", port.name, port.kind, str(port.type or "any bytes")) for port in self.inputs.values()]
        rows += [
            ("output", port.name, port.request.kind.name.lower(), ", ".join(map(str, port.types)) or "?")
            for port in self.outputs.values()
        ]
        cells = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
        size = f"{len(self._data):,} bytes"
        return (
            f"<table><caption><b>{html.escape(self.name)}</b>, {size}</caption>"
            f"<thead><tr><th></th><th>name</th><th>kind</th><th>type</th></tr></thead><tbody>{cells}</tbody></table>"
        )

    def _fresh(self) -> LoadedRune:
        return Runtime.load(self._data, self._limits, resources=self._resources)

    def _require_open(self) -> None:
        if self._closed:
            raise RuneUnusable(f"the rune {self.name} was closed; load it again")

    def _ready(self) -> LoadedRune:
        self._require_open()
        if self._loaded_rune is None:
            self._loaded_rune = self._fresh()
        return self._loaded_rune

    def _inputs_by_name(
        self, values: tuple[object, ...], values_by_python_name: Mapping[str, object]
    ) -> Mapping[str, object]:
        """Returns the arguments, by the inputs' own names. Raises `InputUnknown`."""
        values_by_name: dict[str, object] = {}
        pairs = list(values_by_python_name.items())
        for value in values:
            if isinstance(value, Mapping):
                pairs += value.items()
            else:
                pairs.append((self._only_input(len(values)), value))
        for name, value in pairs:
            input_name = self._input_name(name)
            if input_name in values_by_name:
                raise InputUnknown(f"The input {input_name!r} was given twice.")
            values_by_name[input_name] = value
        return values_by_name

    def _only_input(self, count: int) -> str:
        names = [port.name for port in self.inputs.values() if not port.optional] or list(self.inputs)
        if len(names) != 1 or count != 1:
            raise InputUnknown(f"Name the input of each value. {self._has_inputs()}")
        return names[0]

    def _input_name(self, name: object) -> str:
        if isinstance(name, str):
            if name in self.inputs:
                return name
            alike = [own_name for own_name in self.inputs if _python_name(own_name) == name]
            if len(alike) == 1:
                return alike[0]
        raise InputUnknown(f"{self.name} has no input {name!r}. {self._has_inputs()}")

    def _has_inputs(self) -> str:
        return f"Its inputs are: {'; '.join(map(str, self.inputs.values()))}." if self.inputs else "It has no inputs."

    def _sources(self, values_by_name: Mapping[str, object]) -> Mapping[int, InputSource]:
        """Returns the source of each capability. Raises `InputError`, before anything runs."""
        missing = [name for name, port in self.inputs.items() if name not in values_by_name and not port.optional]
        if missing:
            raise InputMissing(f"Nothing was given for {', '.join(map(repr, missing))}. {self._has_inputs()}")
        return {port.request.id: self._source(port, values_by_name) for port in self.inputs.values()}

    def _source(self, port: Input, values_by_name: Mapping[str, object]) -> InputSource:
        if port.name not in values_by_name:
            seed = self._seed + self._runs
            return lambda size: random_bytes(seed, size)
        value = values_by_name[port.name]
        if isinstance(value, Path):
            return inputs_from_files([port.request], _files(port, value))[port.request.id]
        return encoded(port, value)


def _files(port: Input, path: Path) -> InputFiles:
    """One file for this input alone, whatever number of the command's files its parameter `source` asks for."""
    source = port.parameters.get("source", 0)
    paths = (path,) * (int(source) + 1 if 0 <= source < 1024 else 1)
    return InputFiles({port.request.kind.option: paths})


def _python_name(name: str) -> str:
    return "".join(character if character.isalnum() else "_" for character in name)


def _graph(data: bytes) -> Mapping[str, Any]:
    """The graph that the rune carries; an empty one where there is none or it is damaged: the rune still runs."""
    try:
        return read_rune(data).graph or {}
    except ContainerError:
        return {}
