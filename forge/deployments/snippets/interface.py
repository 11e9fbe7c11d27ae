"""The inputs and outputs of a rune, as a build's report has them: used by the lines that run the rune."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rune.capabilities import CAPABILITIES, Capability

_TYPE = re.compile(r"(?P<element>[a-z]+\d*)\[(?P<sizes>[\d, ]*)\]")
_INTEGERS = {
    f"{short}{bits}": f"{word}{bits}" for short, word in (("i", "int"), ("u", "uint")) for bits in (8, 16, 32, 64)
}
_NUMPY = {"f32": "float32", "f64": "float64", **_INTEGERS}
_C = {"f32": "float", "f64": "double"} | {element: f"{word}_t" for element, word in _INTEGERS.items()}


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
    return SnippetInterface(tuple(inputs), outputs) if inputs and outputs else None


def variable_name(name: str) -> str:
    """A project's name as a variable of Python or C, which no module of the snippets has."""
    identifier = re.sub(r"\W", "_", name, flags=re.ASCII)
    return f"rune_{identifier}" if identifier[:1].isdigit() or identifier in ("rune", "np") else identifier


def _shape(sizes: Sequence[int]) -> str:
    return str(sizes[0]) if len(sizes) == 1 else f"({', '.join(map(str, sizes))})"
