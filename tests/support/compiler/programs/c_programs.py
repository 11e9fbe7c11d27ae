"""Programs of the target `c`, compiled by this machine's own compiler and run; and the outputs of the rune of
wasm32."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from rune.abi import OutputKind
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.memory.plan import plan
from rune.compiler.targets.lookup import find_target
from rune.model.tflite import Model
from rune.running.runtime import LoadedRune, OutputMessage, Runtime
from rune.source.runefile.pipeline import Pipeline
from rune.tensor import ElementType
from tests.support.compiler.pipelines import run, tensors_of
from tools.needs import GCC, lack

C = find_target("c")
# fmt: off
STRICT = (
    "-std=c99", "-pedantic-errors", "-Werror", "-Wall", "-Wextra", "-Wconversion", "-Wsign-conversion", "-Wshadow",
    "-Wcast-qual", "-Wcast-align", "-Wstrict-prototypes", "-Wmissing-prototypes", "-Wundef", "-Wvla", "-Wpointer-arith",
    "-Wwrite-strings", "-Wdouble-promotion", "-Wold-style-definition", "-Wredundant-decls", "-Wformat=2",
)
# fmt: on


def zig_folder() -> Path:
    """The zig toolchain, from its Python package."""
    package = find_spec("ziglang")
    assert package is not None
    assert package.submodule_search_locations
    return Path(package.submodule_search_locations[0])


def clang() -> tuple[str, ...]:
    """The clang inside the zig toolchain, for this machine."""
    zig = zig_folder()
    return (str(zig / "zig"), "clang", "-isystem", str(zig / "lib" / "include"), "-fPIC")


def gcc() -> str:
    """The machine's compiler, without which there is nothing to test."""
    path = shutil.which("gcc")
    if path is None:
        pytest.skip(lack(GCC))
    return path


def sources_of(pipeline: Pipeline, models: Mapping[str, Model], name: str) -> Mapping[str, bytes]:
    program = lower(pipeline, models, C)
    return C.emit(program, plan(program, C.limits), name).files


@dataclass(frozen=True)
class CFolder:
    """A folder with what the target made."""

    path: Path
    name: str

    @staticmethod
    def of(path: Path, files: Mapping[str, bytes]) -> CFolder:
        path.mkdir(parents=True, exist_ok=True)
        for file, data in files.items():
            (path / file).write_bytes(data)
        (name,) = (Path(file).stem for file in files if file.endswith(".h"))
        return CFolder(path, name)

    def compiled(self, flags: Sequence[str], *, main: str = "main.c", compiler: Sequence[str] | None = None) -> Path:
        """The program. The compiler of the rune says nothing about it; gcc does the rest."""
        program = self.path / "program"
        self._run([*(compiler or (gcc(),)), *STRICT, *flags, "-c", f"{self.name}.c", "-o", "rune.o"])
        self._run([gcc(), *STRICT, *flags, "rune.o", main, "-o", str(program)])
        return program

    def _run(self, command: Sequence[str]) -> None:
        process = subprocess.run(command, cwd=self.path, capture_output=True, text=True, timeout=300, check=False)
        assert (process.returncode, process.stderr[:4000]) == (0, "")

    def outputs(self, inputs: Sequence[Sequence[bytes]], flags: Sequence[str], **options: Sequence[str]) -> bytes:
        """The program's output for frames of inputs."""
        return self._written(self.compiled(flags, compiler=options.get("compiler")), inputs)

    def outputs_of(self, main: str, inputs: Sequence[Sequence[bytes]], flags: Sequence[str]) -> bytes:
        """The same with another main file."""
        return self._written(self.compiled(flags, main=main), inputs)

    @staticmethod
    def _written(program: Path, inputs: Sequence[Sequence[bytes]]) -> bytes:
        frames = b"".join(data for frame in inputs for data in frame)
        process = subprocess.run([program], input=frames, capture_output=True, timeout=300, check=False)
        assert (process.returncode, process.stderr) == (0, b"")
        return process.stdout


def sent_bytes(rune: LoadedRune, inputs: Sequence[Sequence[bytes]], with_sizes: Collection[int] = ()) -> bytes:
    """The same bytes from a rune's messages, run by run. The outputs of these numbers come with their sizes."""
    return b"".join(
        piece
        for frame in inputs
        for number, message in enumerate(run(rune, frame))
        for piece in _pieces(message, with_sizes=number in with_sizes)
    )


def _pieces(message: OutputMessage, *, with_sizes: bool) -> Iterator[bytes]:
    if message.kind is OutputKind.TENSOR:
        for kind, data in tensors_of(message.data):
            if with_sizes:
                yield np.array(kind.dimensions, "<i4").tobytes()
            yield data
        return
    for tensor in message.tensors:
        if with_sizes:
            yield np.array(tensor.dimensions, "<i4").tobytes()
        if tensor.element is ElementType.UTF8:
            yield from (f"{text}\n".encode() for text in tensor.elements)
        else:
            kind = tensor.element.value
            yield np.array(tensor.elements, f"<{kind[0]}{int(kind[1:]) // 8}").tobytes()


def assert_same(folder: CFolder, rune: bytes, inputs: Sequence[Sequence[bytes]], flags: Sequence[str]) -> None:
    expected = sent_bytes(Runtime.load(rune), inputs)
    assert expected
    assert folder.outputs(inputs, flags) == expected
