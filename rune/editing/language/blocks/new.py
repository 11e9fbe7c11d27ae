"""A new block in Python: its file with something that runs at once, and its stage in the graph."""

from __future__ import annotations

import keyword
from dataclasses import dataclass, replace

from rune.editing.language.facts.analysis import Analysis
from rune.editing.language.graph.edit import AddStage, GraphEditRefused, edit_graph, name_of_new
from rune.port import Port
from rune.project.files import FileError, ProjectFiles, normal_path
from rune.pyblock.checking.scope import RESERVED_NAMES
from rune.pyblock.numbers import ELEMENTS
from rune.pyblock.testing.names import is_test_file, tests_of_block
from rune.source.runefile import Edit, check
from rune.source.runefile.blocks.python_blocks import AvailableBlocks
from rune.source.runefile.syntax import StageKind
from rune.tensor import ElementType, TensorType

_USUAL = TensorType(ElementType.F32, (4,))
"""The input of a new block without a wire."""


class NewBlockRefused(Exception):
    """A block that cannot be made; `reason` says why, as a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class NewBlock:
    """The files to be made, by path, and the edits of the Runefile that run the block. `stage` is None where none is
    added."""

    files: tuple[tuple[str, str], ...]
    edits: tuple[Edit, ...]
    stage: str | None


def new_block(analysis: Analysis, name: str, after: Port | None, feeds: Port | None) -> NewBlock:
    """A block called `name` that reads from `after`, and that `feeds` reads from. Raises `NewBlockRefused`."""
    problem = name_problem(analysis, name)
    if problem is not None:
        raise NewBlockRefused(problem)
    path = f"{name}.py"
    type_ = _USUAL if after is None else _type_at(analysis, after)
    files = ((path, block_text(name, type_)), (tests_of_block(path), test_text(name, type_)))
    if after is None:
        return NewBlock(files, (), None)
    overlay = With(analysis.files, dict(files))
    blocks = AvailableBlocks(analysis.blocks, overlay)
    checked_runefile = check(overlay, analysis.blocks, runefile=analysis.runefile, signatures=analysis.signatures)
    to_be = replace(analysis, files=overlay, blocks=blocks, checked_runefile=checked_runefile)
    is_free = all(stage.name.text != name for stage in checked_runefile.syntax.stages)
    edit = AddStage(StageKind.BLOCK, f"./{path}", name=name if is_free else None, inputs=(after,), feeds=feeds)
    try:
        return NewBlock(files, edit_graph(to_be, edit), name_of_new(to_be, edit))
    except GraphEditRefused as error:
        raise NewBlockRefused(error.reason) from error


def name_problem(analysis: Analysis, name: str) -> str | None:
    """Returns why a new block cannot be called so; None where it can."""
    if not name.isidentifier() or keyword.iskeyword(name) or not name.isascii():
        return "A block's name is that of a Python function: letters, digits and _, and no digit first."
    if name in RESERVED_NAMES or name in ELEMENTS:
        return f"{name} has a meaning in the language of blocks already."
    if len(name) > 60:
        return "The name is too long: at most 60 characters."
    paths = set(analysis.files.paths())
    if is_test_file(f"{name}.py"):
        return f"{name}.py would be the tests of a block {name.removesuffix('_test')}. Choose a name without _test."
    for path in (f"{name}.py", tests_of_block(f"{name}.py")):
        if path in paths:
            return f"The file {path} already exists."
    return None


def _type_at(analysis: Analysis, port: Port) -> TensorType:
    stage_types = analysis.checked_runefile.types.get(port.stage, ())
    type_ = stage_types[port.index] if port.index < len(stage_types) else None
    if type_ is None:
        raise NewBlockRefused(f"It is not known what {port.stage} gives. Fix the problems before it first.")
    if type_.element.value not in ELEMENTS:
        raise NewBlockRefused(f"A block in Python reads numbers, and {port.stage} gives {type_.element}.")
    return type_


@dataclass(frozen=True)
class With:
    """A project with more files."""

    files: ProjectFiles
    more: dict[str, str]

    def read(self, path: str) -> bytes:
        data = self.more.get(_normal(path))
        return self.files.read(path) if data is None else data.encode()

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted({*self.files.paths(), *self.more}))


def _normal(path: str) -> str:
    try:
        return normal_path(path)
    except FileError:
        return path


def block_text(name: str, type_: TensorType) -> str:
    """A block that follows what comes in slowly, for tensors of a type: it runs as it is."""
    shape = f"{type_.element}[{', '.join(_dimensions(type_))}]"
    number = "f64" if type_.element is ElementType.F64 else "f32"
    state_type = f"{number}[{', '.join(_dimensions(type_))}]"
    at = ", ".join(_INDICES[: len(type_.dimensions)])
    is_whole = not type_.element.is_float
    element = f"{number}(x[{at}])" if is_whole else f"x[{at}]"
    step = [f"last[{at}] = last[{at}] + alpha * ({element} - last[{at}])"]
    if is_whole:
        step.append(f"y[{at}] = round(last[{at}])")
    first = [f"    y = {shape}()"] if is_whole else []
    lines = [
        '"""Average what comes in over time, so that one loud moment does not count."""',
        "",
        "",
        f"def {name}(x: {shape}, *, alpha: {number} = 0.25, last: State[{state_type}]) -> {shape}:",
        *first,
        *_loops([_size(type_, each) for each in range(len(type_.dimensions))], step),
        f"    return {'y' if is_whole else 'last'}",
        "",
    ]
    return "\n".join(lines)


def test_text(name: str, type_: TensorType) -> str:
    """Tests of that block, which pass as they are."""
    is_whole = not type_.element.is_float
    loud = 100 if is_whole else 1.0
    sizes = {1: (4,), 2: (2, 3)}.get(len(type_.dimensions), type_.dimensions)
    shape = f"{type_.element}[{', '.join(map(str, sizes))}]"
    # Where the block says how large its input is, the tests do too: a run of it takes as long as in the rune.
    often, run = (20, f"{name}(x)") if len(sizes) < 3 else (2, f"{name}(x, alpha=1.0)")
    first = ", ".join("0" for _ in type_.dimensions)
    quarter = "25" if is_whole else "0.25"
    near = f"approx({loud}, abs={'1' if is_whole else '0.01'})"
    limit = f"{loud * 3 // 4}" if is_whole else "0.75"
    lines = [
        f'"""What {name} must do: these tests run as one types, and in each build."""',
        "",
        "",
        "def test_what_stays_is_reached():",
        f"    x = {shape}()",
        f"    x[{first}] = {loud}",
        f"    for _ in range({often}):",
        f"        y = {run}",
        f"    assert y[{first}] == {near}",
        "",
        "",
        "def test_one_loud_moment_does_not_count():",
        f"    x = {shape}()",
        f"    x[{first}] = {loud}",
        f"    y = {name}(x)",
        f"    assert y[{first}] == {quarter}",
        f"    x[{first}] = {'0' if is_whole else '0.0'}",
        f"    y = {name}(x)",
        f"    assert y[{first}] < {limit}",
        "",
    ]
    return "\n".join(lines)


_INDICES = "ijklmnop"


def _dimensions(type_: TensorType) -> list[str]:
    """Names where the language has words for their sizes, else the numbers themselves."""
    match len(type_.dimensions):
        case 1:
            return ['"n"']
        case 2:
            return ['"rows"', '"columns"']
        case _:
            return [str(each) for each in type_.dimensions]


def _size(type_: TensorType, dimension: int) -> str:
    if len(type_.dimensions) > 2:
        return str(type_.dimensions[dimension])
    return "len(x)" if dimension == 0 else "len(x[0])"


def _loops(sizes: list[str], body: list[str]) -> list[str]:
    """A loop for each dimension, inside each other, in a function."""
    lines = [f"{'    ' * (depth + 1)}for {_INDICES[depth]} in range({size}):" for depth, size in enumerate(sizes)]
    return [*lines, *(f"{'    ' * (len(sizes) + 1)}{each}" for each in body)]
