"""The syntax tree of a Runefile: what is written and where, before it is checked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from rune.source.runefile.diagnostics import Span
from rune.tensor import ElementType, TensorType
from rune.watch.layout import Statistic


@dataclass(frozen=True)
class Word:
    """A text and where it stands."""

    text: str
    span: Span


class RunefileForm(Enum):
    """The form in which a Runefile is written."""

    YAML = "yaml"
    TEXT = "text"
    """The line by line form of Rune's first months: `FROM`, `CAPABILITY<...>`, `RUN`."""
    ZUNE = "zune"
    """YAML whose stages are paths and URIs, as Rune's last months had it."""


class StageKind(Enum):
    """The value is the key that makes a stage one of this kind."""

    MODEL = "model"
    BLOCK = "proc-block"
    CAPABILITY = "capability"
    OUTPUT = "out"


@dataclass(frozen=True)
class InputSyntax:
    """`stage` or `stage.index`; `span` covers the name of the stage alone, `whole` all of it."""

    stage: str
    index: int
    span: Span
    whole: Span
    text: str


@dataclass(frozen=True)
class TypeSyntax:
    """A declared type. Dimensions that are left out are None."""

    element: ElementType
    dimensions: tuple[int, ...] | None
    span: Span

    @property
    def tensor_type(self) -> TensorType:
        return TensorType(self.element, self.dimensions or ())


@dataclass(frozen=True)
class ArgumentSyntax:
    """One argument; the name with `_` in place of `-`. `$NAME` as a value is `resource`.

    `is_list` says that it is written as a list, as old Runefiles had them; `value` then has one item a line.
    """

    name: str
    name_span: Span
    value: int | float | str
    resource: str | None
    span: Span
    is_list: bool = False


@dataclass(frozen=True)
class FeatureSyntax:
    """A statistic of an output of the stage that is counted: `level`, or `level.1` of its second output."""

    statistic: Statistic
    index: int
    span: Span


@dataclass(frozen=True)
class StageSyntax:
    """One stage. `outputs` is None when the key is left out, or when what it holds could not be read.

    `arguments_span` is None when there is no `args`. `is_sound` says that everything inside could be read.
    """

    name: Word
    kind: StageKind
    target: Word
    inputs: tuple[InputSyntax, ...]
    outputs: tuple[TypeSyntax, ...] | None
    arguments: tuple[ArgumentSyntax, ...]
    arguments_span: Span | None
    is_sound: bool
    watch: tuple[FeatureSyntax, ...] = ()


@dataclass(frozen=True)
class ResourceSyntax:
    """One resource as it is written. Without `inline` and `path` the host gives it. `is_sound` as with stages."""

    name: Word
    inline: str | None
    path: Word | None
    is_binary: bool
    is_sound: bool = True


@dataclass(frozen=True)
class RunefileSyntax:
    """A whole file. Stages and resources whose names repeat are left out after the first.

    `broken_stages` are names under which stands nothing that is known to be a stage. `counts` is False where the file
    says `watch: off`.
    """

    stages: tuple[StageSyntax, ...]
    resources: tuple[ResourceSyntax, ...]
    pipeline_span: Span
    broken_stages: frozenset[str]
    form: RunefileForm = RunefileForm.YAML
    counts: bool = True


def written_type(type_: TensorType) -> str:
    """A type as it is written in a Runefile, on one line."""
    return f"{{type: {type_.element}, dimensions: [{', '.join(map(str, type_.dimensions))}]}}"


def legacy_type(type_: TensorType) -> str:
    """A type as the text form writes it."""
    dimensions = ",".join(map(str, type_.dimensions))
    return f"{type_.element.value.upper()}[{dimensions}]" if dimensions else type_.element.value.upper()
