"""Changes in sentences: a subject, a verb, an object. Names of stages stand between backticks, for code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forge.comparison.argument_sentences import argument_sentences
from forge.comparison.changes import Comparison, FileChange, ModelChange, PipelineChange, StageChange, WireChange
from forge.comparison.snapshots import ModelFacts
from rune.source.runefile.outline import OutlineNode
from rune.wording import counted, listed, size_text

KIND_NAMES = {"capability": "capability", "block": "proc-block", "model": "model", "output": "output"}
"""The names of the kinds of stages on pages."""
MAX_FILES = 5
"""Files that a sentence names; it counts the others."""


def sentences(comparison: Comparison) -> tuple[str, ...]:
    """All that differs: the pipeline, the models, the files. Of a model that changed, its own sentences say so."""
    models = {model.path: model_sentences(model) for model in comparison.models}
    described_paths = {path for path, texts in models.items() if texts} | _described_files(comparison.pipeline)
    remaining = [file for file in comparison.files if file.change != "changed" or file.path not in described_paths]
    return (
        *(pipeline_sentences(comparison.pipeline) if comparison.pipeline is not None else ()),
        *(sentence for texts in models.values() for sentence in texts),
        *file_sentences(remaining),
    )


def pipeline_sentences(pipeline: PipelineChange) -> tuple[str, ...]:
    """Returns the changes of stages and wires."""
    stages = (sentence for stage in pipeline.stages for sentence in _stage_sentences(stage))
    return (*stages, *_wire_sentences(pipeline))


def _described_files(pipeline: PipelineChange | None) -> set[str]:
    """The files of which a stage's sentences say what they say now."""
    changes = () if pipeline is None else pipeline.stages
    return {
        argument.file for stage in changes for argument in stage.arguments if argument.file and argument.is_text_known
    }


def _stage_sentences(stage: StageChange) -> tuple[str, ...]:
    if stage.change == "same":
        return ()
    own = (_stage_sentence(stage),) if stage.change != "changed" or stage.is_another or stage.is_replaced else ()
    return (*own, *argument_sentences(stage))


def _stage_sentence(stage: StageChange) -> str:
    name, kind = stage.node.name, _kind_name(stage.node)
    if stage.before is None:
        return f"A new {kind}, `{name}`."
    if stage.after is None:
        return f"The {kind} `{name}` was removed."
    if stage.is_replaced:
        return f"The model `{name}` was replaced." if kind == "model" else f"The code of the {kind} `{name}` changed."
    before, after = stage.before, stage.after
    if before.kind != after.kind:
        return f"`{name}` changed from the {_kind_name(before)} {before.detail} to the {kind} {after.detail}."
    return f"`{name}` changed from {before.detail} to {after.detail}."


def _kind_name(node: OutlineNode) -> str:
    return KIND_NAMES.get(node.kind, "stage")


def _wire_sentences(pipeline: PipelineChange) -> tuple[str, ...]:
    """Returns one sentence for each two stages. The wires of an added or removed stage add nothing."""
    remaining_stages = {stage.node.name for stage in pipeline.stages if stage.change not in ("added", "removed")}
    between: dict[tuple[str, str], list[WireChange]] = {}
    for change in pipeline.wires:
        ends = change.wire.source, change.wire.target
        if remaining_stages.issuperset(ends):
            between.setdefault(ends, []).append(change)
    by_pair = (_pair_sentences(source, target, changes) for (source, target), changes in between.items())
    return tuple(sentence for sentences_of_pair in by_pair for sentence in sentences_of_pair)


def _pair_sentences(source: str, target: str, changes: Sequence[WireChange]) -> tuple[str, ...]:
    kinds = {each.change for each in changes}
    if kinds == {"added"}:
        return (f"`{target}` now reads `{source}`.",)
    if kinds == {"removed"}:
        return (f"`{target}` no longer reads `{source}`.",)
    if kinds & {"added", "removed"}:
        return (f"The wires from `{source}` to `{target}` changed.",)
    types = ((each.type_before, each.wire.type) for each in changes if each.change == "changed" and each.wire.type)
    return tuple(
        f"The type from `{source}` to `{target}` {'is now' if was is None else f'changed from {was} to'} {now}."
        for was, now in dict.fromkeys(types)
    )


def model_sentences(model: ModelChange) -> tuple[str, ...]:
    """Returns the changes of a model that both sides can read; parts that one side cannot read are omitted."""
    old, new, path = model.before, model.after, model.path
    if old is None or new is None or old.size is None or new.size is None:
        return ()
    sentences = (
        *_size(path, old.size, new.size),
        *_change_sentences(f"The inputs of {path}", _types_text(old.inputs), _types_text(new.inputs)),
        *_change_sentences(f"The outputs of {path}", _types_text(old.outputs), _types_text(new.outputs)),
        *_operators(path, old.operators, new.operators),
        *_memory(path, old, new),
        *_change_sentences(
            f"The quantisation of {path}", _quantisation_text(old.quantisation), _quantisation_text(new.quantisation)
        ),
    )
    if sentences:
        return sentences
    if old.operators is None or new.operators is None:
        return (f"The contents of {path} changed; its size did not.",)
    return (f"The weights of {path} changed; its ops did not.",)


def _change_sentences(what: str, before: str | None, after: str | None) -> tuple[str, ...]:
    if before is None or after is None or before == after:
        return ()
    return (f"{what} changed from {before} to {after}.",)


def _size(path: str, before: int, after: int) -> tuple[str, ...]:
    if before == after:
        return ()
    share = round(100 * abs(after - before) / before) if before else 0
    change = size_text(abs(after - before))
    return (f"{path} is {f'{share} % ({change})' if share else change} {'larger' if after > before else 'smaller'}.",)


def _operators(path: str, before: Mapping[str, int] | None, after: Mapping[str, int] | None) -> tuple[str, ...]:
    if before is None or after is None or before == after:
        return ()
    differences = {name: after.get(name, 0) - before.get(name, 0) for name in sorted(before.keys() | after.keys())}
    counts = [f"{abs(more)} {'more' if more > 0 else 'fewer'} {name}" for name, more in differences.items() if more]
    return (f"{path} has {listed(counts)}.",)


def _memory(path: str, old: ModelFacts, new: ModelFacts) -> tuple[str, ...]:
    if old.runs is not None and new.runs is not None and old.runs != new.runs:
        if new.runs == "compiled":
            return (f"{path} is now compiled in.",)
        return (f"{path} is now run by the host: it has an op that cannot be compiled.",)
    return _change_sentences(f"The arena of {path}", _size_text(old.arena), _size_text(new.arena))


def _size_text(count: int | None) -> str | None:
    return None if count is None else size_text(count)


def _types_text(types: Sequence[str] | None) -> str | None:
    return None if types is None else listed(types) or "nothing"


_QUANTISATIONS = (
    ("per_channel", "per channel"),
    ("per_tensor", "per tensor"),
    ("other", "by another scheme"),
    ("none", "not quantised"),
)


def _quantisation_text(counts: Mapping[str, int] | None) -> str | None:
    if counts is None:
        return None
    return listed([f"{counts[key]} {words}" for key, words in _QUANTISATIONS if counts[key]]) or "nothing"


def file_sentences(files: Sequence[FileChange]) -> tuple[str, ...]:
    """The files by what became of them."""
    sentences = [
        f"{each.old_path} was renamed to {each.path}{' and changed' if each.has_other_contents else ''}."
        for each in files
        if each.change == "renamed"
    ]
    for change in ("added", "removed", "changed"):
        paths = [each.path for each in files if each.change == change]
        if paths:
            rest = len(paths) - MAX_FILES
            names = paths if rest <= 0 else [*paths[:MAX_FILES], counted(rest, "more file")]
            sentences.append(f"{listed(names)} {'was' if len(paths) == 1 else 'were'} {change}.")
    return tuple(sentences)
