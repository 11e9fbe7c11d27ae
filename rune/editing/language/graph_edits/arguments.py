"""Edits of the arguments: in the stage, in the resource that one names, or in that resource's file."""

from __future__ import annotations

import re
from collections.abc import Collection

from rune.editing.language.graph_edits.defaults import capability_named
from rune.editing.language.graph_edits.kinds import GraphEditRefused, SetArgument, Value
from rune.editing.language.graph_edits.outputs import take_pair, types_spliced
from rune.editing.language.graph_edits.stage_text import PipelineText, StageText, is_null, names_in_use
from rune.editing.language.graph_edits.wires import after_colon
from rune.editing.language.yaml.edits import block, flow, head_remark, put_pair, remove_entries, scalar
from rune.editing.language.yaml.layout import (
    Branch,
    Leaf,
    Node,
    YamlEntry,
    column,
    comments,
    line_break,
    line_end,
    read_layout,
)
from rune.editing.language.yaml.scalars import rewritten
from rune.editing.language.yaml.splice import Splice, as_edits
from rune.source.runefile import Edit
from rune.source.runefile.source import SourceText
from rune.source.runefile.stages.capabilities import capability_output
from rune.source.runefile.stages.old_arguments import OLD_NAMES
from rune.source.runefile.syntax import ArgumentSyntax, ResourceSyntax, StageKind
from rune.source.runefile.yaml.values import Map, YamlScalar
from rune.tensor import TensorType
from rune.wording import quoted

_ARGUMENT_NAME = re.compile(r"[A-Za-z_][\w-]*\Z")
_RESOURCE = re.compile(r"\$([_a-zA-Z][_a-zA-Z0-9]*)\Z")


def set_argument(pipeline: PipelineText, edit: SetArgument) -> tuple[Edit, ...]:
    """The edits of the Runefile, or of the file that a resource stands for."""
    source = pipeline.analysis.source
    stage = pipeline.stage(edit.stage)
    current = find_argument(pipeline, stage, edit.name)
    if not _ARGUMENT_NAME.match(edit.name):
        raise GraphEditRefused(f"{quoted(edit.name)} cannot name an argument.")
    if edit.value is None:
        return as_edits(_follow(pipeline, stage, edit, _removal(pipeline, stage, edit.name)), source)
    if edit.value_is == "file":
        return as_edits(_file(pipeline, stage, edit, current), source)
    if edit.value_is == "text" and current is not None and current.resource is not None:
        return _resource_text(pipeline, current.resource, str(edit.value))
    if isinstance(edit.value, str) and (match := _RESOURCE.match(edit.value)):
        names = [resource.name.text for resource in pipeline.syntax.resources]
        if match[1] not in names:
            raise GraphEditRefused(f"There is no resource {quoted(edit.value)}.")
    return as_edits(_follow(pipeline, stage, edit, _argument_splices(pipeline, stage, edit.name, edit.value)), source)


def find_argument(pipeline: PipelineText, stage: StageText, name: str) -> ArgumentSyntax | None:
    """The given argument, under its current or an old name; `-` and `_` are equal."""
    names = _names(pipeline, stage, name)
    return next((item for item in stage.syntax.arguments if item.name in names), None)


def _names(pipeline: PipelineText, stage: StageText, name: str) -> set[str]:
    """Returns the possible names of the argument in the text."""
    modern_name = name.replace("-", "_")
    block_ = pipeline.analysis.block_of(stage.syntax)
    old = {
        old
        for (each, old), new in OLD_NAMES.items()
        if block_ is not None and each == block_.name and new == modern_name
    }
    return {modern_name, *old}


def _pair(branch: Branch, names: Collection[str]) -> YamlEntry | None:
    return next(
        (
            entry
            for entry in branch.entries
            if isinstance(entry.key, Leaf) and entry.key.text.replace("-", "_") in names
        ),
        None,
    )


def _arguments(pipeline: PipelineText, stage: StageText) -> YamlEntry | None:
    """The key `args` whose map can be edited, or whose value is nothing."""
    pair = stage.pair("args")
    if pair is None or is_null(pair.value):
        return pair
    if not isinstance(pair.value, Branch) or not pair.value.is_map:
        raise GraphEditRefused(f"The arguments of {quoted(stage.name)} are not a map; fix its text first.")
    pipeline.require_sole_use(pair.value, f"The map of arguments of {quoted(stage.name)}")
    return pair


def _removal(pipeline: PipelineText, stage: StageText, name: str) -> list[Splice]:
    pair = _arguments(pipeline, stage)
    entry = (
        _pair(pair.value, _names(pipeline, stage, name))
        if pair is not None and isinstance(pair.value, Branch)
        else None
    )
    if pair is None or entry is None or not isinstance(pair.value, Branch):
        return []
    if pipeline.is_used_elsewhere(entry.value):
        raise GraphEditRefused(f"The value of {quoted(name)} is repeated elsewhere by an alias.")
    if len(pair.value.entries) == 1:
        return take_pair(pipeline, stage, pair)
    return remove_entries(pipeline.style, pair.value, {pair.value.entries.index(entry)})


def _argument_splices(pipeline: PipelineText, stage: StageText, name: str, value: Value) -> list[Splice]:
    style = pipeline.style
    pair = _arguments(pipeline, stage)
    key = spelled(pipeline, name)
    if pair is None:
        return [put_pair(style, stage.body, len(stage.body.entries) - 1, "args", {key: value})]
    if not isinstance(pair.value, Branch):
        return [_first_argument(pipeline, stage, pair, key, value)]
    entry = _pair(pair.value, _names(pipeline, stage, name))
    if entry is not None:
        return _value_splices(pipeline, pair.value, entry, value)
    if pair.value.entries:
        return [put_pair(style, pair.value, len(pair.value.entries) - 1, key, value)]
    return [Splice(pair.value.content, pair.value.end, flow({key: value}, style))]


def _first_argument(pipeline: PipelineText, stage: StageText, pair: YamlEntry, key: str, value: Value) -> Splice:
    style, at = pipeline.style, after_colon(pipeline.text, pair)
    if pair.value.end > pair.value.start:
        return Splice(pair.value.start, pair.value.end, flow({key: value}, style))
    if stage.body.is_flow:
        return Splice(at, at, " " + flow({key: value}, style))
    lines = block(key, value, column(pipeline.text, pair.start) + style.indent, style)
    behind = line_end(pipeline.text, at)
    return Splice(behind, behind, style.line_break + style.line_break.join(lines))


def spelled(pipeline: PipelineText, name: str) -> str:
    """Returns the name with `-` where the file's other arguments have it."""
    spans = (argument.name_span for stage in pipeline.syntax.stages for argument in stage.arguments)
    has_dashes = any("-" in pipeline.text[span.start.offset : span.end.offset] for span in spans)
    return name.replace("_", "-") if has_dashes else name


def _value_splices(pipeline: PipelineText, arguments: Branch, entry: YamlEntry, value: Value) -> list[Splice]:
    node, style, text = entry.value, pipeline.style, pipeline.text
    # A text of several lines would take what stands behind it in the line, a comment, for a part of itself.
    in_line = arguments.is_flow or bool(text[entry.end : line_end(text, entry.end)].strip())
    if node.start == node.end:
        at = after_colon(text, entry)
        literal = flow(value, style) if in_line else scalar(value, column(text, entry.start), style)
        return [Splice(at, at, f" {literal}")]
    if pipeline.is_used_elsewhere(node):
        raise GraphEditRefused("This value is repeated elsewhere by an alias; write it out there first.")
    if isinstance(node, Branch):
        return [_in_place_of_list(pipeline, arguments, entry, node, value)]
    if isinstance(value, str) and "\n" in value:
        literal = flow(value, style) if in_line else scalar(value, column(text, entry.start), style)
    else:
        literal = rewritten(value, node.style, in_flow=arguments.is_flow, quote=style.quote)
    return [_in_place_of(text, node, literal)]


def _in_place_of_list(
    pipeline: PipelineText, arguments: Branch, entry: YamlEntry, node: Branch, value: Value
) -> Splice:
    """A text in place of a list, as old Runefiles had it."""
    text, style = pipeline.text, pipeline.style
    if node.is_map or comments(text, node, node.start, line_end(text, node.end)):
        raise GraphEditRefused("This value is a map, or a list with comments; change it in the text.")
    literal = flow(value, style) if arguments.is_flow else scalar(value, column(text, entry.start), style)
    return Splice(after_colon(text, entry), node.end, f" {literal}")


def _in_place_of(text: str, leaf: Leaf, literal: str) -> Splice:
    """Puts the literal in place of a value; what is said in the head of a block text goes on standing in that line."""
    remark = head_remark(text, leaf)
    start = leaf.start if leaf.style == "*" else leaf.content
    if remark is not None:
        note = text[remark.start : remark.end].rstrip()
        first, newline, rest = literal.partition(line_break(text))
        literal = f"{first}  {note}{newline}{rest}"
    if text[leaf.end - 1] in "\r\n":
        literal += line_break(text)
    return Splice(start, leaf.end, literal)


def _follow(pipeline: PipelineText, stage: StageText, edit: SetArgument, splices: list[Splice]) -> list[Splice]:
    """The declared output of a capability goes on being what comes, if it was that before."""
    kind = capability_named(stage.syntax.target.text) if stage.syntax.kind is StageKind.CAPABILITY else None
    declared_outputs = stage.syntax.outputs
    if kind is None or declared_outputs is None or len(declared_outputs) != 1 or declared_outputs[0].dimensions is None:
        return splices
    before = {argument.name: argument.value for argument in stage.syntax.arguments}
    after = {name: value for name, value in before.items() if name != edit.name.replace("-", "_")}
    if edit.value is not None:
        after[edit.name.replace("-", "_")] = edit.value
    was, now = capability_output(kind, before), capability_output(kind, after)
    if was is None or now is None or was == now or was.size != declared_outputs[0].tensor_type.size:
        return splices
    type_ = _alike(declared_outputs[0].tensor_type, was, now)
    return splices if type_ is None else [*splices, *types_spliced(pipeline, stage, (type_,))]


def _alike(declared_type: TensorType, was: TensorType, now: TensorType) -> TensorType | None:
    """The new type with its dimensions in the order in which the old ones were declared."""
    element = declared_type.element
    if declared_type.dimensions == was.dimensions:
        return TensorType(element, now.dimensions)
    if len(was.dimensions) == 4 and declared_type.dimensions == (
        was.dimensions[0],
        *was.dimensions[2:0:-1],
        was.dimensions[3],
    ):
        return TensorType(element, (now.dimensions[0], *now.dimensions[2:0:-1], now.dimensions[3]))
    if now.size % element.size:
        return None
    ones = [size for size in declared_type.dimensions if size != 1]
    count = now.size // element.size
    if len(ones) <= 1 and declared_type.dimensions:
        place = declared_type.dimensions.index(ones[0]) if ones else len(declared_type.dimensions) - 1
        return TensorType(element, tuple(count if at == place else 1 for at in range(len(declared_type.dimensions))))
    return TensorType(element, now.dimensions if now.element is element else (count,))


def _file(pipeline: PipelineText, stage: StageText, edit: SetArgument, current: ArgumentSyntax | None) -> list[Splice]:
    """A resource with that path: one that is there, the argument's own when nobody else uses it, or a new one."""
    path = str(edit.value).removeprefix("./")
    if path not in pipeline.analysis.files.paths():
        raise GraphEditRefused(f"There is no file {quoted(path)} in the project.")
    resources = pipeline.syntax.resources
    same = [item.name.text for item in resources if item.path is not None and item.path.text.removeprefix("./") == path]
    if same:
        return _argument_splices(pipeline, stage, edit.name, f"${same[0]}")
    own = current.resource if current is not None else None
    users = [item for each in pipeline.syntax.stages for item in each.arguments if own and item.resource == own]
    of_models = [each for each in pipeline.syntax.stages if own and each.target.text.strip() == f"${own}"]
    resource = next((item for item in resources if item.name.text == own), None)
    if resource is not None and resource.path is not None and len(users) == 1 and not of_models:
        leaf, _ = _resource_leaf(pipeline, resource, "path")
        return [_in_place_of(pipeline.text, leaf, rewritten(f"./{path}", leaf.style, in_flow=True))]
    name = _resource_name(pipeline, edit.name)
    return [*_argument_splices(pipeline, stage, edit.name, f"${name}"), _new_resource(pipeline, name, f"./{path}")]


def _resource_name(pipeline: PipelineText, argument: str) -> str:
    name = re.sub(r"\W", "_", argument, flags=re.ASCII).upper()
    used_names = names_in_use(pipeline)
    number = 2
    candidate = name
    while candidate in used_names:
        candidate, number = f"{name}_{number}", number + 1
    return candidate


def _new_resource(pipeline: PipelineText, name: str, path: str) -> Splice:
    style, text = pipeline.style, pipeline.text
    root = pipeline.analysis.checked_runefile.root
    entries = root.entries if isinstance(root, Map) else ()
    section = next((pair for pair in entries if isinstance(pair[0], YamlScalar) and pair[0].text == "resources"), None)
    value: dict[str, str] = {"path": path, "type": "string"}
    if section is None:
        if isinstance(root, Map) and text[root.span.start.offset : root.span.start.offset + 1] == "{":
            end = root.span.end.offset - 1
            return Splice(end, end, f", resources: {flow({name: {**value}}, style)}")
        end = len(text.rstrip())
        lines = ["resources:", *block(name, {**value}, style.indent, style)]
        tail = "" if len(text) > end else style.line_break
        return Splice(end, end, style.line_break * 2 + style.line_break.join(lines) + tail)
    key, resources = section
    layout = _pair_at(text, key.span.start.offset, max(resources.span.end.offset, key.span.end.offset))
    if layout is not None and isinstance(layout.value, Branch) and layout.value.entries:
        return put_pair(style, layout.value, len(layout.value.entries) - 1, name, {**value})
    if layout is not None and layout.value.end > layout.value.start:
        return Splice(layout.value.start, layout.value.end, flow({name: {**value}}, style))
    behind = line_end(text, key.span.end.offset)
    lines = block(name, {**value}, style.indent, style)
    return Splice(behind, behind, style.line_break + style.line_break.join(lines))


def _pair_at(text: str, start: int, end: int) -> YamlEntry | None:
    layout: Node | None = read_layout(text, start, end)
    return layout.entries[0] if isinstance(layout, Branch) and layout.entries else None


def _resource_leaf(pipeline: PipelineText, resource: ResourceSyntax, key: str) -> tuple[Leaf, int | None]:
    """The value of a resource's key, as it is written, and the key's column if it stands in lines."""
    root = pipeline.analysis.checked_runefile.root
    for outer, resources in root.entries if isinstance(root, Map) else ():
        if isinstance(outer, YamlScalar) and outer.text == "resources" and isinstance(resources, Map):
            pair = _pair_at(pipeline.text, outer.span.start.offset, resources.span.end.offset)
            body = pair.value.find(resource.name.text) if pair is not None and isinstance(pair.value, Branch) else None
            leaf = body.value.find(key) if body is not None and isinstance(body.value, Branch) else None
            if leaf is not None and isinstance(leaf.value, Leaf) and not pipeline.is_used_elsewhere(leaf.value):
                is_flow = any(isinstance(each, YamlEntry) and _is_flow(each.value) for each in (pair, body))
                return leaf.value, None if is_flow else column(pipeline.text, leaf.start)
    raise GraphEditRefused(f"The resource {quoted(resource.name.text)} can only be changed in its text.")


def _is_flow(node: Node) -> bool:
    return isinstance(node, Branch) and node.is_flow


def _resource_text(pipeline: PipelineText, name: str, text: str) -> tuple[Edit, ...]:
    """The text goes to where the resource has it."""
    resource = next((item for item in pipeline.syntax.resources if item.name.text == name), None)
    if resource is None:
        raise GraphEditRefused(f"There is no resource {quoted('$' + name)}.")
    if resource.inline is not None:
        leaf, at = _resource_leaf(pipeline, resource, "inline")
        behind = pipeline.text[leaf.end : line_end(pipeline.text, leaf.end)].strip()
        if "\n" not in text:
            literal = rewritten(text, leaf.style, in_flow=at is None, quote=pipeline.style.quote)
        elif at is None or behind:
            literal = flow(text, pipeline.style)
        else:
            literal = scalar(text, at, pipeline.style)
        return as_edits([_in_place_of(pipeline.text, leaf, literal)], pipeline.analysis.source)
    if resource.path is None:
        raise GraphEditRefused(f"The text of {quoted('$' + name)} is given by the host when the rune runs.")
    file = resource.path.text.removeprefix("./")
    before = pipeline.analysis.text_file(file)
    if before is None:
        raise GraphEditRefused(f"The file {quoted(file)} cannot be read as text.")
    return as_edits([Splice(0, len(before), text)], SourceText(file, before))
