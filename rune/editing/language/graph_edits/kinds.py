"""The kinds of graph edits, as data. The modules beside this one apply them to the text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from rune.port import Port
from rune.source.runefile.syntax import StageKind
from rune.tensor import TensorType

Value = int | float | str
"""The value of an argument. A text that begins with `$` names a resource."""


class GraphEditRefused(Exception):
    """An edit that cannot be made; `reason` is a sentence for the person who asked for it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class AddStage:
    """A new stage at the end of the pipeline.

    `target` is a capability, a block's path, a model's path or an output. Without `name` one is made of it. A
    capability gets the parameters that it needs where they are not given, and without `outputs` the type that follows;
    a model its own types; a block none, because they follow from its inputs. `feeds` is an input, of the stage and
    with the index of the port, that reads from the new stage instead of from what it read.
    """

    kind: StageKind
    target: str
    name: str | None = None
    arguments: Mapping[str, Value] = field(default_factory=dict)
    outputs: tuple[TensorType, ...] | None = None
    inputs: tuple[Port, ...] = ()
    feeds: Port | None = None


@dataclass(frozen=True)
class RemoveStage:
    """Removes a stage, also from the inputs of all its readers; their later inputs move up.

    With `join` its readers read from the one output that it read itself, in the same places.
    """

    name: str
    join: bool = False


@dataclass(frozen=True)
class RenameStage:
    """Renames a stage, also in the inputs of other stages."""

    name: str
    to: str


@dataclass(frozen=True)
class Connect:
    """Makes `target` read from `source`: in the place of its input `target_index`, or before it if not `replace`.

    None, or the number of its inputs, adds an input at the end.
    """

    source: Port
    target: str
    target_index: int | None = None
    replace: bool = True


@dataclass(frozen=True)
class Disconnect:
    """Removes an input; the later ones move up."""

    target: str
    target_index: int


@dataclass(frozen=True)
class SetArgument:
    """Gives a stage's argument a value; None goes back to the default, which is to say nothing.

    `value_is` "value": it stands in the stage. "text": it goes to where the argument's text is now, which may be a
    resource or a file. "file": it is the path of a file of the project, which a resource then names.
    """

    stage: str
    name: str
    value: Value | None
    value_is: Literal["value", "text", "file"] = "value"


@dataclass(frozen=True)
class SetTarget:
    """The new target of a stage: the capability, the block's path, the model's path or the output. Its kind stays."""

    stage: str
    target: str


@dataclass(frozen=True)
class SetOutputs:
    """Writes the types of a stage's outputs; None leaves them out."""

    stage: str
    types: tuple[TensorType, ...] | None


GraphEdit = AddStage | RemoveStage | RenameStage | Connect | Disconnect | SetArgument | SetTarget | SetOutputs


@dataclass(frozen=True)
class Several:
    """Edits one after the other, each of the graph as the ones before left it: all of them are made, or none."""

    edits: tuple[GraphEdit, ...]
