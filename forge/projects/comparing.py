"""Compares two states of a project: files, pipeline and models. Pure functions that return JSON.

Two files are the same file when they have one id in the live document, else when they have one path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forge.projects.versions import Manifest
from rune.wording import counted, size_text

Json = dict[str, Any]
Wire = tuple[str, int, str, int]


@dataclass(frozen=True)
class Side:
    """One of the two moments: its files, their ids by path, and what `hooks.file_summaries` tells of them."""

    manifest: Manifest
    file_ids: Mapping[str, str]
    look: Mapping[str, Any]


def compare(before: Side, after: Side) -> Json:
    """All that differs. `pipeline` is None where it cannot be told; `said` is all of it in sentences."""
    files = compare_files(before, after)
    names = {each["was"]: each["path"] for each in files if each["change"] == "renamed"}
    pipeline = compare_pipelines(before, after)
    models = compare_models(before, after, names)
    stages = pipeline["said"] if pipeline else []
    return {
        "files": files,
        "pipeline": pipeline,
        "models": models,
        "said": [*stages, *(sentence for model in models for sentence in model["said"]), *_files_said(files)],
    }


def compare_files(before: Side, after: Side) -> list[Json]:
    """The files that differ: added, removed, changed, or renamed (and perhaps changed, then with `changed`)."""
    now_at = {file_id: path for path, file_id in after.file_ids.items() if path in after.manifest}
    moved: dict[str, str] = {}
    for path, file_id in before.file_ids.items():
        there = now_at.get(file_id)
        if path in before.manifest and there is not None and there != path and there not in before.manifest:
            moved[path] = there
    found: list[Json] = []
    for path in sorted(before.manifest.keys() | after.manifest.keys()):
        old, new = before.manifest.get(path), after.manifest.get(path)
        if path in moved:
            target = after.manifest[moved[path]]
            found.append(_file("renamed", moved[path], path, before.manifest[path], target))
        elif path in moved.values():
            continue
        elif old is None:
            found.append(_file("added", path, None, None, new))
        elif new is None:
            found.append(_file("removed", path, path, old, None))
        elif old["digest"] != new["digest"]:
            found.append(_file("changed", path, path, old, new))
    return sorted(found, key=lambda each: str(each["path"]))


def _file(
    change: str, path: str, was: str | None, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> Json:
    return {
        "change": change,
        "path": path,
        "was": was,
        "before": dict(old) if old else None,
        "after": dict(new) if new else None,
        "changed": old is None or new is None or old["digest"] != new["digest"],
    }


def compare_pipelines(before: Side, after: Side) -> Json | None:
    """The stages and wires of both, each with what became of it, and the changes in sentences."""
    then, now = before.look.get("outline"), after.look.get("outline")
    if then is None or now is None:
        return None
    old = {node["name"]: node for node in then["nodes"]}
    new = {node["name"]: node for node in now["nodes"]}
    old_wires, new_wires = _wires(then), _wires(now)
    stages = [_stage(node, old.get(name), before, after) for name, node in new.items()]
    stages += [{**node, "change": "removed", "was": None} for name, node in old.items() if name not in new]
    wires = [
        {**wire, "change": "added" if key not in old_wires else _wire_change(old_wires[key], wire)}
        for key, wire in new_wires.items()
    ]
    wires += [{**wire, "change": "removed"} for key, wire in old_wires.items() if key not in new_wires]
    return {
        "stages": stages,
        "wires": wires,
        "said": [*_stages_said(stages), *_wires_said(wires, old, new)],
        "broken": {"before": before.look.get("errors", 0) > 0, "after": after.look.get("errors", 0) > 0},
    }


def _wires(outline: Mapping[str, Any]) -> dict[Wire, Json]:
    return {
        (wire["source"], wire["source_index"], wire["target"], wire["target_index"]): dict(wire)
        for wire in outline["wires"]
    }


def _wire_change(old: Json, new: Json) -> str:
    return "same" if old["type"] == new["type"] else "changed"


def _stage(node: Mapping[str, Any], old: Mapping[str, Any] | None, before: Side, after: Side) -> Json:
    """A stage of the later pipeline; `was` is what it was where it is something else now."""
    if old is None:
        return {**node, "change": "added", "was": None}
    if old["kind"] != node["kind"] or old["detail"] != node["detail"]:
        return {**node, "change": "changed", "was": old["detail"]}
    path = node.get("file")
    then, now = before.manifest.get(path or ""), after.manifest.get(path or "")
    if then is not None and now is not None and then["digest"] != now["digest"]:
        return {**node, "change": "changed", "was": None}
    return {**node, "change": "same", "was": None}


_KINDS = {"capability": "input", "block": "step", "model": "model", "output": "output"}


def _kind(node: Mapping[str, Any]) -> str:
    return _KINDS.get(node["kind"], "stage")


def _stages_said(stages: Sequence[Json]) -> list[str]:
    said = []
    for stage in stages:
        match stage["change"]:
            case "added":
                said.append(f"A new {_kind(stage)}, `{stage['name']}`.")
            case "removed":
                said.append(f"The {_kind(stage)} `{stage['name']}` was removed.")
            case "changed" if stage["was"] is not None:
                said.append(f"`{stage['name']}` changed from {stage['was']} to {stage['detail']}.")
            case "changed":
                said.append(f"The {_kind(stage)} `{stage['name']}` has another file.")
    return said


def _wires_said(wires: Sequence[Json], old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    said = []
    for wire in wires:
        source, target = wire["source"], wire["target"]
        # Of a stage that came or went, its wires say nothing more.
        if not {source, target} <= old.keys() & new.keys():
            continue
        match wire["change"]:
            case "added":
                said.append(f"`{target}` now reads `{source}`.")
            case "removed":
                said.append(f"`{target}` no longer reads `{source}`.")
            case "changed" if wire["type"]:
                said.append(f"The type from `{source}` to `{target}` is now {wire['type']}.")
    return said


def compare_models(before: Side, after: Side, names: Mapping[str, str]) -> list[Json]:
    """The models that differ, with their facts before and after. `names` are the new paths of renamed ones."""
    then, now = before.look.get("models", {}), after.look.get("models", {})
    found = []
    old_of = {names.get(path, path): path for path in then}
    for path in sorted(old_of.keys() | now.keys()):
        was = old_of.get(path)
        old_digest = before.manifest.get(was or "", {}).get("digest")
        if old_digest == after.manifest.get(path, {}).get("digest"):
            continue
        old, new = then.get(was) if was else None, now.get(path)
        found.append({"path": path, "before": old, "after": new, "said": _model_said(path, old, new)})
    return found


def _model_said(path: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> list[str]:
    if old is None or new is None or "refusal" in old or "refusal" in new:
        return []
    said = []
    if old["size"] != new["size"]:
        more = "larger" if new["size"] > old["size"] else "smaller"
        said.append(f"{path} is {size_text(abs(new['size'] - old['size']))} {more}.")
    for what in ("inputs", "outputs"):
        types_then, types_now = ([_type(tensor) for tensor in side[what]] for side in (old, new))
        if types_then != types_now:
            said.append(f"The {what} of {path} changed from {_listed(types_then)} to {_listed(types_now)}.")
    said += _operators_said(path, old, new)
    arena_then, arena_now = old["memory"]["arena"], new["memory"]["arena"]
    if old["memory"]["runs"] != new["memory"]["runs"]:
        said.append(
            f"{path} is now compiled in."
            if new["memory"]["runs"] == "compiled"
            else f"{path} is now run by the host: it has an op that cannot be compiled."
        )
    elif arena_then is not None and arena_now is not None and arena_then != arena_now:
        said.append(f"The arena of {path} changed from {size_text(arena_then)} to {size_text(arena_now)}.")
    if old["quantisation"] != new["quantisation"]:
        said.append(f"The quantisation of {path} changed from {_quantised(old)} to {_quantised(new)}.")
    return said or [f"The weights of {path} changed; its ops did not."]


def _operators_said(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    then = {(each["op"], each["types"]): each["count"] for each in old["operators"]}
    now = {(each["op"], each["types"]): each["count"] for each in new["operators"]}
    changes = []
    for key in sorted(then.keys() | now.keys()):
        difference = now.get(key, 0) - then.get(key, 0)
        if difference:
            changes.append(f"{abs(difference)} {'more' if difference > 0 else 'fewer'} {key[0]} ({key[1]})")
    return [f"{path} has {_listed(changes)}."] if changes else []


def _type(tensor: Mapping[str, Any]) -> str:
    return str(tensor["type"] or f"{tensor['element_kind']}{list(tensor['dimensions'])}")


def _quantised(facts: Mapping[str, Any]) -> str:
    counts = facts["quantisation"]
    named = (
        ("per_channel", "by channel"),
        ("per_tensor", "as a whole"),
        ("other", "otherwise"),
        ("none", "not at all"),
    )
    shown = [f"{counts[key]} {words}" for key, words in named if counts[key]]
    return _listed(shown) or "nothing"


def _files_said(files: Sequence[Json]) -> list[str]:
    said = [f"{each['was']} was renamed to {each['path']}." for each in files if each["change"] == "renamed"]
    for change, verb in (("added", "added"), ("removed", "removed"), ("changed", "changed")):
        paths = [str(each["path"]) for each in files if each["change"] == change]
        if paths:
            shown = paths if len(paths) <= 5 else [*paths[:5], counted(len(paths) - 5, "more file")]
            said.append(f"{_listed(shown)} {'was' if len(paths) == 1 else 'were'} {verb}.")
    return said


def _listed(words: Sequence[str]) -> str:
    return "".join(words) if len(words) < 2 else f"{', '.join(words[:-1])} and {words[-1]}"
