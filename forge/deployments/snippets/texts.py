"""The lines with which a page, an app or a device uses a deployment: each as text that runs as it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

from forge.deployments.snippets.c_program import arduino_sketch, c_program
from forge.deployments.snippets.interface import (
    NEXT_CHUNK,
    SnippetInput,
    SnippetInterface,
    python_run,
    variable_name,
)

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

CACHE_OF_NODE = 'cache: "rune-cache", // the folder in Node; a page uses the database of the browser'
"""The place in which what was seen of a deployment is remembered: signed documents need one."""


@dataclass(frozen=True)
class PlayerScript:
    """The script of `<rune-player>`: its address, which has its digest, and that digest as pages write it."""

    url: str
    integrity: str


@dataclass(frozen=True)
class UsedDeployment:
    """The values of the lines: the project's name, the deployment's address, a key or its placeholder, and the digest
    of the organisation's root document, or "" while nothing is signed."""

    project: str
    url: str
    key: str
    root: str = ""


@dataclass(frozen=True)
class Snippet:
    """A way to use a deployment: the word in its address, its heading, what to do before, and the text."""

    language: str
    title: str
    note: str
    text: str


def deployment_snippets(
    deployment: UsedDeployment, interface: SnippetInterface | None, player: PlayerScript | None, npm: str, pip: str
) -> list[Snippet]:
    """All ways, in the order of their tabs. `npm` and `pip` are the commands that install the packages."""
    ways = []
    if player is not None:
        ways.append(Snippet("html", "HTML", "Paste it into a page.", _html(deployment, player)))
    if interface is None:
        return ways
    return [
        *ways,
        Snippet("javascript", "JavaScript", npm, _javascript(deployment, interface)),
        Snippet("react", "React", npm, _react(deployment, interface)),
        Snippet("python", "Python", pip, _python(deployment, interface)),
        Snippet("c", "C", "With the C package of the build.", c_program(deployment.project, interface)),
        Snippet(
            "arduino", "Arduino", "With the C package of the build.", arduino_sketch(deployment.project, interface)
        ),
    ]


def _html(deployment: UsedDeployment, player: PlayerScript) -> str:
    root = f'\n             root="{deployment.root}"' if deployment.root else ""
    return (
        f'<script type="module" src="{player.url}"\n'
        f'        integrity="{player.integrity}" crossorigin></script>\n'
        f'<rune-player src="{deployment.url}"\n'
        f'             key="{deployment.key}"{root}></rune-player>'
    )


def _javascript(deployment: UsedDeployment, interface: SnippetInterface) -> str:
    sensor = _sensor(interface)
    if sensor is None:
        use = _javascript_run(interface)
    else:
        use = f'for await (const {{ answer, sure }} of rune.listen("{sensor}")) {{\n  console.log(answer, sure);\n}}'
    root = f'  root: "{deployment.root}",\n  {CACHE_OF_NODE}\n' if deployment.root else ""
    return (
        'import { load } from "@hammer-forge/rune";\n\n'
        f'const rune = await load("{deployment.url}", {{\n  key: "{deployment.key}",\n{root}}});\n{use}'
    )


def _javascript_run(interface: SnippetInterface) -> str:
    if not interface.answers_later:
        return f"const {{ answer }} = await rune.run({_values(interface)});\nconsole.log(answer);"
    return (
        "let answer = null;\nwhile (answer === null) {\n"
        f"  // {NEXT_CHUNK}\n"
        f"  ({{ answer }} = await rune.run({_values(interface)}));\n}}\nconsole.log(answer);"
    )


def _react_run(interface: SnippetInterface) -> str:
    if not interface.answers_later:
        return (
            f"    const result = await state.rune.run({_values(interface)});\n    setAnswer(String(result.answer));\n"
        )
    return (
        "    let result;\n    do {\n"
        f"      // {NEXT_CHUNK}\n"
        f"      result = await state.rune.run({_values(interface)});\n"
        "    } while (result.answer === null);\n    setAnswer(String(result.answer));\n"
    )


def _react(deployment: UsedDeployment, interface: SnippetInterface) -> str:
    sensor = _sensor(interface)
    if sensor is None:
        use = _react_run(interface)
    else:
        use = (
            f'    for await (const result of state.rune.listen("{sensor}")) {{\n'
            "      setAnswer(String(result.answer));\n    }\n"
        )
    root = f'    root: "{deployment.root}",\n' if deployment.root else ""
    return (
        'import { useState } from "react";\nimport { useRune } from "@hammer-forge/rune/react";\n\n'
        f"export function {_component(deployment.project)}() {{\n"
        f'  const state = useRune("{deployment.url}", {{\n    key: "{deployment.key}",\n{root}  }});\n'
        '  const [answer, setAnswer] = useState("");\n\n'
        f"  async function run() {{\n{use}  }}\n\n"
        '  if (state.state === "error") return <p role="alert">{state.error.message}</p>;\n'
        "  return (\n"
        '    <button disabled={state.state !== "loaded"} onClick={run}>\n'
        '      {answer || "Start"}\n    </button>\n  );\n}'
    )


def _python(deployment: UsedDeployment, interface: SnippetInterface) -> str:
    name = variable_name(deployment.project)
    root = f'    root="{deployment.root}",\n' if deployment.root else ""
    return (
        "import numpy as np\nfrom rune import Deployment\n\n"
        f'{name} = Deployment(\n    "{deployment.url}",\n    key="{deployment.key}",\n{root}).load()\n'
        f"{python_run(name, interface)}"
    )


def _sensor(interface: SnippetInterface) -> str | None:
    """The sensor of the one input, or None if the rune has several inputs or reads no sensor."""
    (first, *others) = interface.inputs
    return None if others else first.capability.page_sensor


def _values(interface: SnippetInterface) -> str:
    return f"{{ {', '.join(map(_value, interface.inputs))} }}"


def _value(one: SnippetInput) -> str:
    key = one.name if re.fullmatch(r"[A-Za-z_]\w*", one.name, flags=re.ASCII) else f'"{one.name}"'
    return f"{key}: new {_ARRAYS.get(one.element, 'Uint8Array')}({one.count})"


def _component(project: str) -> str:
    """A project's name as a component of React is called."""
    words = "".join(word.capitalize() for word in re.split(r"[\W_]+", project, flags=re.ASCII))
    return words if words[:1].isalpha() else f"Rune{words}"
