"""The Runefiles of Teach: one that sends what a model sees, and one with a last layer that was learned from that.

Both begin with the stages in front of the model as they are written, comments included, and both run the model up to
its last layer, so what was learned is what runs. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rune.blocks.resolver import BlockResolver
from rune.model.tflite import ModelError, read_model
from rune.model.tflite.embedding import Embedding, embedding_of, embedding_path
from rune.project.files import FileError, ProjectFiles
from rune.source.runefile.check import CheckedRunefile, check
from rune.source.runefile.model_inputs.front import labels_behind, stages_needed
from rune.source.runefile.stages.models import Signatures
from rune.source.runefile.syntax import RunefileForm, StageKind, StageSyntax
from rune.source.runefile.yaml.values import Map, YamlScalar

EMBEDDING_STAGE: Final = "embedding"
"""The stage, or in the first Runefile the output, with what the model sees as floats."""
_TYPES: Final = {"FLOAT32": "f32", "INT8": "i8", "UINT8": "u8", "INT16": "i16"}


class NotTeachable(Exception):
    """A project whose rune cannot be taught; the message is for a person."""


@dataclass(frozen=True)
class Teachable:
    """A project that can be taught: its model stage with the file, the words of the labels that it has now, what the
    last layer reads, and the text of the Runefile around it: `head` up to the model, and `tail` behind the pipeline."""

    runefile: str
    stage: str
    model: str
    labels: tuple[str, ...]
    embedding: Embedding
    head: str
    input_text: str
    tail: str

    @property
    def embedding_model(self) -> str:
        """The path of the file that gives the embedding."""
        if self.embedding.is_output:
            return self.model
        return embedding_path(self.model)

    def embedding_runefile(self) -> str:
        """A Runefile that sends the embedding."""
        output = f"  {_stage_name('sent', self.head)}:\n    out: TENSOR\n    inputs: [{self._name(EMBEDDING_STAGE)}]\n"
        return f"{self.head}{self._embedding_stages()}\n{output}{_resources(self.tail, ())}"

    def taught_runefile(self, labels: Sequence[str], weights: str, biases: str) -> str:
        """A Runefile whose last layer has the weights and biases of the files at these paths, an output a label."""
        scores, shares, best, label = (self._name(name) for name in ("scores", "shares", "best", "label"))
        count = len(labels)
        stages = f"""\
  # The last layer, taught in the page: one score for each label.
  {scores}:
    proc-block: dense
    inputs: [{self._name(EMBEDDING_STAGE)}]
    outputs:
      - {{type: f32, dimensions: [1, {count}]}}
    args:
      weights: $TAUGHT_WEIGHTS
      biases: $TAUGHT_BIASES

  {shares}:
    proc-block: softmax
    inputs: [{scores}]
    outputs:
      - {{type: f32, dimensions: [1, {count}]}}

  {best}:
    proc-block: top_k
    inputs: [{shares}]
    outputs:
      - {{type: u32, dimensions: [1]}}
      - {{type: f32, dimensions: [1]}}

  {label}:
    proc-block: label
    inputs: [{best}.0]
    outputs:
      - {{type: utf8, dimensions: [1]}}
    args:
      wordlist: $TAUGHT_LABELS

  {self._name("answer")}:
    out: SERIAL
    inputs: [{label}]

  # The shares of all labels, so that the app sees how sure the rune is.
  {self._name("all_shares")}:
    out: SERIAL
    inputs: [{shares}]
"""
        own = (
            f"  TAUGHT_WEIGHTS:\n    path: {_text('./' + weights)}\n    type: string\n",
            f"  TAUGHT_BIASES:\n    path: {_text('./' + biases)}\n    type: string\n",
            f"  TAUGHT_LABELS:\n    inline: {_text(chr(10).join(labels))}\n    type: string\n",
        )
        return f"{self.head}{self._embedding_stages()}\n{stages}{_resources(self.tail, own)}"

    def _embedding_stages(self) -> str:
        tensor = self.embedding.tensor
        sizes = f"[{', '.join(map(str, tensor.shape))}]"
        kind = _TYPES[tensor.kind.name]
        is_float = kind == "f32"
        stage_name = self._name(EMBEDDING_STAGE if is_float else "seen")
        text = f"""\
  # What the model sees, up to its last layer.
  {stage_name}:
    model: {_text("./" + self.embedding_model)}
    inputs: [{self.input_text}]
    outputs:
      - {{type: {kind}, dimensions: {sizes}}}
"""
        if is_float:
            return text
        return f"""{text}
  {self._name(EMBEDDING_STAGE)}:
    proc-block: dequantize
    inputs: [{stage_name}]
    outputs:
      - {{type: f32, dimensions: {sizes}}}
    args:
      scale: {tensor.scale:.9g}
      zero_point: {tensor.zero_point or 0}
"""

    def _name(self, name: str) -> str:
        return _stage_name(name, self.head)


def teachable_of(files: ProjectFiles, blocks: BlockResolver, signatures: Signatures | None = None) -> Teachable:
    """The model stage of a project that can be taught: the first one whose model ends with a last layer.

    Raises `NotTeachable`.
    """
    checked_runefile = check(files, blocks, signatures=signatures)
    if checked_runefile.is_broken or not isinstance(checked_runefile.root, Map):
        raise NotTeachable("The Runefile has a problem. Fix it in the studio first.")
    if checked_runefile.syntax.form is not RunefileForm.YAML:
        raise NotTeachable("The Runefile is in an old form. Format it in the studio first.")
    reasons = []
    for stage in checked_runefile.syntax.stages:
        if stage.kind is StageKind.MODEL and len(stage.inputs) == 1 and not stage.target.text.startswith("$"):
            path = stage.target.text.strip().removeprefix("./")
            try:
                return _teachable(files, checked_runefile, stage, path, embedding_of(read_model(files.read(path))))
            except (ModelError, FileError) as error:
                reasons.append(f"{path}: {error}.")
    raise NotTeachable(" ".join(reasons) or "The Runefile has no stage with a model of the project.")


def _teachable(
    files: ProjectFiles, checked_runefile: CheckedRunefile, stage: StageSyntax, path: str, embedding: Embedding
) -> Teachable:
    """Raises `NotTeachable`."""
    stages = {each.name.text: each for each in checked_runefile.syntax.stages}
    input_ = stage.inputs[0]
    stage_names = stages_needed(input_.stage, stages)
    if stage_names is None:
        raise NotTeachable("The Runefile has a problem. Fix it in the studio first.")
    labels = labels_behind(files, checked_runefile.syntax, stage.name.text)
    head, tail = _parts(checked_runefile, stage_names, _used_resources(stage_names, stages))
    name = checked_runefile.source.file
    return Teachable(name, stage.name.text, path, labels, embedding, head, input_.text, tail)


def _used_resources(stage_names: frozenset[str], stages: Mapping[str, StageSyntax]) -> frozenset[str]:
    arguments = (argument for name in stage_names for argument in stages[name].arguments)
    models = (stages[name].target.text[1:] for name in stage_names if stages[name].target.text.startswith("$"))
    return frozenset({argument.resource for argument in arguments if argument.resource is not None} | {*models})


def _parts(
    checked_runefile: CheckedRunefile, stage_names: frozenset[str], resources: frozenset[str]
) -> tuple[str, str]:
    """The text up to the model with the needed stages alone, and the needed resources. Raises `NotTeachable` for text
    with several stages on a line."""
    lines = checked_runefile.source.text.splitlines()
    root = checked_runefile.root
    assert isinstance(root, Map)  # noqa: S101 (its caller has asked)
    sections = {key.text: (key, value) for key, value in root.entries if isinstance(key, YamlScalar)}
    pipeline = sections["pipeline"]
    if not isinstance(pipeline[1], Map):
        raise NotTeachable("The Runefile has no stages.")
    before = [line for key, line in _section_lines(lines, root) if key not in ("pipeline", "resources")]
    key_line = pipeline[0].span.start.line - 1
    above = lines[_with_comments(lines, key_line, key_line - len(lines)) : key_line]
    stages = [
        line for key, line in _section_lines(lines, pipeline[1], _end_of(lines, root, "pipeline")) if key in stage_names
    ]
    tail: list[str] = []
    if "resources" in sections and isinstance(sections["resources"][1], Map):
        section = sections["resources"][1]
        tail = [
            line for key, line in _section_lines(lines, section, _end_of(lines, root, "resources")) if key in resources
        ]
    head = "\n".join([*before, *above, "pipeline:", *stages]).rstrip("\n")
    return f"{head}\n\n", "\n".join(tail).rstrip("\n")


def _section_lines(lines: Sequence[str], section: Map, end: int | None = None) -> Iterator[tuple[str, str]]:
    """The lines of a map, each with the key that it belongs to; comments above a key are the key's. Lines count from
    0, up to `end`. Raises `NotTeachable`."""
    keys = [(key.text, key.span.start.line - 1) for key, _ in section.entries if isinstance(key, YamlScalar)]
    places = [line for _, line in keys]
    if len(set(places)) != len(places) or any(
        not lines[line].lstrip().startswith(tuple("\"'" + name[:1])) for name, line in keys
    ):
        raise NotTeachable("The Runefile has several stages on one line. Format it in the studio first.")
    starts = [_with_comments(lines, line, previous) for line, previous in zip(places, [-1, *places], strict=False)]
    for (name, _), start, stop in zip(keys, starts, [*starts[1:], len(lines) if end is None else end], strict=True):
        for line in lines[start:stop]:
            yield name, line


def _with_comments(lines: Sequence[str], line: int, previous: int) -> int:
    """The first line of what belongs to the key on this line: comments and empty lines above it."""
    while line - 1 > max(previous, -1) and (not lines[line - 1].strip() or lines[line - 1].lstrip().startswith("#")):
        line -= 1
    return line


def _end_of(lines: Sequence[str], root: Map, name: str) -> int:
    """The line behind the section of this name."""
    keys = [key for key, _ in root.entries if isinstance(key, YamlScalar)]
    place = next(index for index, key in enumerate(keys) if key.text == name)
    if place + 1 == len(keys):
        return len(lines)
    return _with_comments(lines, keys[place + 1].span.start.line - 1, keys[place].span.start.line - 1)


def _resources(tail: str, own: Sequence[str]) -> str:
    if not tail and not own:
        return ""
    return "\nresources:\n" + (f"{tail}\n" if tail else "") + "".join(own)


def _stage_name(name: str, head: str) -> str:
    """A name of a stage that the stages in front do not have."""
    names = {line.split(":")[0].strip().strip("\"'") for line in head.splitlines()}
    while name in names:
        name += "_"
    return name


def _text(value: str) -> str:
    """A text in YAML: JSON's strings are YAML's."""
    return json.dumps(value, ensure_ascii=False)
