"""How a published rune is used, by what it takes and gives: each way as text that runs as it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rune.capabilities import CAPABILITIES, Capability
from rune.compiler.targets.c.names import fields, file_stem

_TYPE = re.compile(r"(?P<element>[a-z]+\d*)\[(?P<sizes>[\d, ]*)\]")
_INTEGERS = {
    f"{short}{bits}": f"{word}{bits}" for short, word in (("i", "int"), ("u", "uint")) for bits in (8, 16, 32, 64)
}
_NUMPY = {"f32": "float32", "f64": "float64", **_INTEGERS}
_C = {"f32": "float", "f64": "double"} | {element: f"{word}_t" for element, word in _INTEGERS.items()}
_ARRAYS = {
    "f32": "Float32Array",
    "f64": "Float64Array",
    "i8": "Int8Array",
    "u8": "Uint8Array",
    "i16": "Int16Array",
    "u16": "Uint16Array",
    "i32": "Int32Array",
    "u32": "Uint32Array",
}


@dataclass(frozen=True)
class SnippetInput:
    """What a rune takes: the stage's name, its capability, and the type of its numbers."""

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


@dataclass(frozen=True)
class SnippetInterface:
    """What goes into a rune and what comes out."""

    inputs: tuple[SnippetInput, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Snippet:
    """One way to use a rune: its heading, what to know beside it, and the text."""

    key: str
    title: str
    note: str
    text: str


@dataclass(frozen=True)
class PublishedRune:
    """What is used: where it is, and by which tag."""

    server: str
    full_name: str
    tag: str
    integrity: str
    """Of the script for pages."""
    is_public: bool

    @property
    def name(self) -> str:
        """Of the project, which is the rune's."""
        return self.full_name.partition("/")[2]

    @property
    def reference(self) -> str:
        """How the registry calls it."""
        return f"{self.full_name}:{self.tag}"


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


def snippets(published: PublishedRune, interface: SnippetInterface, has_package: bool) -> list[Snippet]:
    """All ways that there are for this rune."""
    texts = [_command(published, interface)]
    if published.is_public:
        texts += [_html(published), _javascript(published, interface)]
    texts.append(_python(published, interface))
    if has_package:
        texts.append(_c(published, interface))
    return texts


def _command(published: PublishedRune, interface: SnippetInterface) -> Snippet:
    options = [one.capability.option for one in interface.inputs]
    arguments = "".join(f" {option.flags[0]} {option.example}" for option in options)
    text = f"rune pull {published.server}/{published.reference}\nrune run {published.name}.rune{arguments}"
    return Snippet("command", "Command line", "", text)


def _html(published: PublishedRune) -> Snippet:
    text = (
        f'<script type="module" src="{published.server}/player/1.js"\n'
        f'        integrity="{published.integrity}" crossorigin></script>\n'
        f'<rune-player src="{published.reference}"></rune-player>'
    )
    return Snippet("html", "HTML", "What it hears and sees stays in its frame.", text)


def _javascript(published: PublishedRune, interface: SnippetInterface) -> Snippet:
    arguments = ", ".join(
        f"{_key(one.name)}: new {_ARRAYS.get(one.element, 'Uint8Array')}({one.count})" for one in interface.inputs
    )
    text = (
        f'import {{ load }} from "{published.server}/player/1.js";\n\n'
        f'const rune = await load("{published.reference}");\n'
        f"const results = await rune.run({{ {arguments} }});\n"
        f"console.log(results{_member(interface.outputs[0])});"
    )
    return Snippet("javascript", "JavaScript", "With your own numbers.", text)


def _python(published: PublishedRune, interface: SnippetInterface) -> Snippet:
    name = _identifier(published.name)
    arguments = ", ".join(
        f'"{one.name}": np.zeros({_shape(one.sizes)}, np.{_NUMPY.get(one.element, "uint8")})'
        for one in interface.inputs
    )
    text = (
        "import numpy as np\nimport rune\n\n"
        f'{name} = rune.load("{published.name}.rune")  # from rune pull\n'
        f"results = {name}({{{arguments}}})\n"
        f'print(results["{interface.outputs[0]}"])'
    )
    return Snippet("python", "Python", "", text)


def _c(published: PublishedRune, interface: SnippetInterface) -> Snippet:
    plain = file_stem(published.name)
    prefix, upper = f"rune_{plain}", f"RUNE_{plain.upper()}"
    names = fields(one.name for one in interface.inputs)
    named = list(zip(names, interface.inputs, strict=True))
    arrays = "".join(
        f"static {_C.get(one.element, 'uint8_t')} {name}[{upper}_INPUT_{name.upper()}_COUNT];\n" for name, one in named
    )
    text = (
        f'#include "{plain}.h"\n\n{arrays}static struct {prefix}_outputs outputs;\n\n'
        "int main(void)\n{\n"
        f"    const struct {prefix}_inputs inputs = {{{', '.join(names)}}};\n"
        f"    if ({prefix}_init() != {upper}_OK) return 1;\n"
        f"    return {prefix}_run(&inputs, &outputs) == {upper}_OK ? 0 : 1;\n"
        "}"
    )
    return Snippet("c", "C", "C99 without heap and operating system.", text)


def _shape(sizes: Sequence[int]) -> str:
    return str(sizes[0]) if len(sizes) == 1 else f"({', '.join(map(str, sizes))})"


def _identifier(name: str) -> str:
    identifier = re.sub(r"\W", "_", name, flags=re.ASCII)
    return f"rune_{identifier}" if identifier[:1].isdigit() or identifier in ("rune", "np") else identifier


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_]\w*", name, flags=re.ASCII) else f'"{name}"'


def _member(name: str) -> str:
    return f".{name}" if _key(name) == name else f'["{name}"]'
