"""Usage of a published rune, by what it takes and gives: each way as text that runs as it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

from forge.deployments.snippets.c_program import c_program
from forge.deployments.snippets.interface import NEXT_CHUNK, SnippetInterface, python_run, variable_name

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
class UsageSnippet:
    """A way to use a rune: its heading, what to know beside it, and the text."""

    key: str
    title: str
    note: str
    text: str


@dataclass(frozen=True)
class PublishedRune:
    """The rune for the lines: its place, and its tag."""

    server: str
    full_name: str
    tag: str
    integrity: str
    """The integrity of the script for pages."""
    is_public: bool

    @property
    def name(self) -> str:
        """The name of the project, which is the rune's."""
        return self.full_name.partition("/")[2]

    @property
    def reference(self) -> str:
        """The name by which the registry calls it."""
        return f"{self.full_name}:{self.tag}"


def snippets(published_rune: PublishedRune, interface: SnippetInterface, has_package: bool) -> list[UsageSnippet]:
    """All ways that there are for this rune."""
    texts = [_command(published_rune, interface)]
    if published_rune.is_public:
        texts += [_html(published_rune), _javascript(published_rune, interface)]
    texts.append(_python(published_rune, interface))
    if has_package:
        texts.append(_c(published_rune, interface))
    return texts


def _command(published_rune: PublishedRune, interface: SnippetInterface) -> UsageSnippet:
    options = [one.capability.option for one in interface.inputs]
    arguments = "".join(f" {option.flags[0]} {option.example}" for option in options)
    text = (
        f"rune pull {published_rune.server}/{published_rune.reference}\nrune run {published_rune.name}.rune{arguments}"
    )
    return UsageSnippet("command", "Command line", "", text)


def _html(published_rune: PublishedRune) -> UsageSnippet:
    text = (
        f'<script type="module" src="{published_rune.server}/player/1.js"\n'
        f'        integrity="{published_rune.integrity}" crossorigin></script>\n'
        f'<rune-player src="{published_rune.reference}"></rune-player>'
    )
    return UsageSnippet("html", "HTML", "What it hears and sees stays in its frame.", text)


def _javascript(published_rune: PublishedRune, interface: SnippetInterface) -> UsageSnippet:
    arguments = ", ".join(
        f"{_key(one.name)}: new {_ARRAYS.get(one.element, 'Uint8Array')}({one.count})" for one in interface.inputs
    )
    text = (
        f'import {{ load }} from "{published_rune.server}/player/1.js";\n\n'
        f'const rune = await load("{published_rune.reference}");\n'
        f"{_javascript_run(interface, arguments)}\n"
        f"console.log(results{_member(interface.outputs[0])});"
    )
    return UsageSnippet("javascript", "JavaScript", "With your own numbers.", text)


def _javascript_run(interface: SnippetInterface, arguments: str) -> str:
    if not interface.answers_later:
        return f"const results = await rune.run({{ {arguments} }});"
    return (
        "let results = {};\n"
        f"while (results{_member(interface.outputs[0])} === undefined) {{\n"
        f"  // {NEXT_CHUNK}\n"
        f"  results = await rune.run({{ {arguments} }});\n}}"
    )


def _python(published_rune: PublishedRune, interface: SnippetInterface) -> UsageSnippet:
    name = variable_name(published_rune.name)
    text = (
        "import numpy as np\nimport rune\n\n"
        f'{name} = rune.load("{published_rune.name}.rune")  # from rune pull\n'
        f"{python_run(name, interface)}"
    )
    return UsageSnippet("python", "Python", "", text)


def _c(published_rune: PublishedRune, interface: SnippetInterface) -> UsageSnippet:
    text = c_program(published_rune.name, interface)
    return UsageSnippet("c", "C", "C99 without heap and operating system.", text)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_]\w*", name, flags=re.ASCII) else f'"{name}"'


def _member(name: str) -> str:
    return f".{name}" if _key(name) == name else f'["{name}"]'
