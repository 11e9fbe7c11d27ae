"""The inputs and outputs of a rune, as a build's report has them: used by the lines that run the rune."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rune.blocks.catalogue import CATALOGUE
from rune.capabilities import CAPABILITIES, Capability

_TYPE = re.compile(r"(?P<element>[a-z]+\d*)\[(?P<sizes>[\d, ]*)\]")
_INTEGERS = {
    f"{short}{bits}": f"{word}{bits}" for short, word in (("i", "int"), ("u", "uint")) for bits in (8, 16, 32, 64)
}
_NUMPY = {"f32": "float32", "f64": "float64", **_INTEGERS}
_C = {"f32": "float", "f64": "double"} | {element: f"{word}_t" for element, word in _INTEGERS.items()}


NEXT_CHUNK = "The next chunk of the stream in place of zeros; it answers once its window is full."
"""The comment above the line that feeds a stream."""


@dataclass(frozen=True)
class SnippetInput:
    """An input of a rune: the stage's name, its capability, and the type of its numbers."""

    name: str
    capability: Capability
    element: str
    sizes: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many numbers it takes."""
        product = 1
        for size in self.sizes:
            product *= size
        return product

    @property
    def c_type(self) -> str:
        """The type of C of one number."""
        return _C.get(self.element, "uint8_t")

    @property
    def zeros(self) -> str:
        """An array of NumPy as text, filled with zeros."""
        return f"np.zeros({_shape(self.sizes)}, np.{_NUMPY.get(self.element, 'uint8')})"


@dataclass(frozen=True)
class SnippetInterface:
    """The inputs and outputs of a rune."""

    inputs: tuple[SnippetInput, ...]
    outputs: tuple[str, ...]
    answers_later: bool = False
    """Whether the first output comes after some chunks of a stream, and not in each run."""
    first_output_tensors: int = 1
    """How many tensors the first output sends."""


def interface_of(outline: Mapping[str, Any]) -> SnippetInterface | None:
    """The inputs and outputs of a report's pipeline; None where it does not say them."""
    nodes: Sequence[Mapping[str, Any]] = outline.get("nodes", ())
    types = {str(wire["source"]): str(wire["type"]) for wire in outline.get("wires", ())}
    inputs: list[SnippetInput] = []
    for node in nodes:
        if node["kind"] != "capability":
            continue
        match = _TYPE.fullmatch(types.get(str(node["name"]), ""))
        word = str(node["detail"]).partition(" ")[0]
        if match is None or word not in CAPABILITIES:
            return None
        sizes = tuple(int(size) for size in match["sizes"].split(",") if size.strip())
        inputs.append(SnippetInput(str(node["name"]), CAPABILITIES[word], match["element"], sizes))
    outputs = tuple(str(node["name"]) for node in nodes if node["kind"] == "output")
    if not inputs or not outputs:
        return None
    first = outputs[0]
    tensors = sum(str(wire["target"]) == first for wire in outline.get("wires", ()))
    return SnippetInterface(tuple(inputs), outputs, _answers_later(outline, first), max(1, tensors))


def _answers_later(outline: Mapping[str, Any], output: str) -> bool:
    """Returns whether a stage before the output collects a window of a stream, so that not each run has an answer."""
    collecting = {str(node["name"]) for node in outline["nodes"] if node["kind"] == "block" and _collects(node)}
    sources: dict[str, list[str]] = {}
    for wire in outline.get("wires", ()):
        sources.setdefault(str(wire["target"]), []).append(str(wire["source"]))
    pending, visited = [output], {output}
    while pending:
        stage = pending.pop()
        if stage in collecting:
            return True
        new_stages = set(sources.get(stage, ())) - visited
        visited |= new_stages
        pending += new_stages
    return False


def _collects(node: Mapping[str, Any]) -> bool:
    block = CATALOGUE.get(str(node["detail"]))
    return block is not None and block.pace is not None


def variable_name(name: str) -> str:
    """A project's name as a variable of Python or C, which no module of the snippets has."""
    identifier = re.sub(r"\W", "_", name, flags=re.ASCII)
    return f"rune_{identifier}" if identifier[:1].isdigit() or identifier in ("rune", "np") else identifier


def python_run(name: str, interface: SnippetInterface) -> str:
    """Lines of Python that run a loaded rune on zeros until it has answered, and print its first output."""
    arguments = ", ".join(f'"{one.name}": {one.zeros}' for one in interface.inputs)
    run, output = f"results = {name}({{{arguments}}})", interface.outputs[0]
    if interface.answers_later:
        run = f'results = {{}}\nwhile "{output}" not in results:\n    # {NEXT_CHUNK}\n    {run}'
    return f'{run}\nprint(results["{output}"])'


def _shape(sizes: Sequence[int]) -> str:
    return str(sizes[0]) if len(sizes) == 1 else f"({', '.join(map(str, sizes))})"
