"""Compares a build with an earlier one: figures, changes as sentences, and marks on the pipeline.

Pure functions over the two builds' reports and manifests; nothing is read from the database here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forge.builds.models import Build
from forge.web.measured import Measured, is_noise, measured, milliseconds
from forge.web.pipeline import DrawnPipeline, Mark, drawn_pipeline
from forge.web.templatetags.look import size as in_bytes
from rune.wording import counted

TIME = "Inference time"
MEMORY_WORDS = "All buffers of the pipeline, planned at build time."
HOST_WORDS = " The host's interpreter needs more on top."
Manifest = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Figure:
    """One number of a build. `mood` is "good", "worse" or "muted"; before and change are empty without a comparison."""

    name: str
    now: str
    before: str
    change: str
    mood: str
    words: str


@dataclass(frozen=True)
class Verified:
    """What became of the comparison with the reference. `is_good` is None where nothing could be compared."""

    is_good: bool | None
    sentence: str
    reference: str


def verified(build: Build) -> Verified | None:
    """How a build's rune stands to the reference interpreter; None for one that was built before this step."""
    found = build.artefact.report.get("verify") if build.artefact is not None else None
    if found is None:
        return None
    is_compared = found["complete"] and any(model["inputs"] for model in found["models"])
    sentence = str(found["sentence"])
    return Verified(
        bool(found["within"]) if is_compared else None,
        sentence[:1].upper() + sentence[1:],
        found["reference"] or "",
    )


def figures(build: Build, before: Build | None) -> tuple[Figure, ...]:
    """The numbers of a build that succeeded, each beside the earlier build's."""
    now, then = _facts(build), _facts(before)
    found = []
    time = measured(build)
    if time is not None:
        found.append(
            _time_figure(time, None if before is None else measured(before), is_same=_same_rune(build, before))
        )
    found.append(_figure("Memory", now, then, "memory", MEMORY_WORDS + (HOST_WORDS if _has_host_models(build) else "")))
    found.append(_figure("Size", now, then, "size", _size_words(now, then)))
    if now.get("models"):
        found.append(_figure("Models", now, then, "models", "The model files, before they are compiled in."))
    return tuple(found)


def _has_host_models(build: Build) -> bool:
    return build.artefact is not None and any(model.get("runs") == "host" for model in build.artefact.report["models"])


def _same_rune(build: Build, before: Build | None) -> bool:
    if build.artefact is None or before is None or before.artefact is None:
        return False
    return build.artefact.digest == before.artefact.digest


def _facts(build: Build | None) -> dict[str, int]:
    if build is None or build.artefact is None:
        return {}
    report = build.artefact.report
    return {
        "memory": build.artefact.planned_memory,
        "size": build.artefact.size,
        "models": sum(model["size"] or 0 for model in report["models"]),
    }


def _figure(name: str, now: Mapping[str, int], then: Mapping[str, int], key: str, words: str) -> Figure:
    if key not in then:
        return Figure(name, in_bytes(now[key]), "", "", "muted", words)
    change = now[key] - then[key]
    if change == 0:
        return Figure(name, in_bytes(now[key]), in_bytes(then[key]), "none", "muted", words)
    sign, mood = ("+", "worse") if change > 0 else ("−", "good")
    return Figure(name, in_bytes(now[key]), in_bytes(then[key]), sign + in_bytes(abs(change)), mood, words)


def _time_figure(now: Measured, then: Measured | None, *, is_same: bool) -> Figure:
    shown, words = milliseconds(now.median), _time_words(now)
    if then is None:
        return Figure(TIME, shown, "", "", "muted", words)
    before = milliseconds(then.median)
    if is_same:
        also = "" if now.median == then.median else "; the difference comes from load on the server"
        words = f"The rune is the same{also}. {words}"
    if is_same or is_noise(now, then):
        return Figure(TIME, shown, before, "no difference", "muted", words)
    change = now.median - then.median
    sign, mood = ("+", "worse") if change > 0 else ("−", "good")
    # Without both spreads nobody can tell progress from chance.
    has_spreads = now.has_spread and then.has_spread
    return Figure(TIME, shown, before, sign + milliseconds(abs(change)), mood if has_spreads else "muted", words)


def _time_words(time: Measured) -> str:
    said = f"The median of {counted(time.runs, 'run')} on random input, on the server"
    if not time.has_spread:
        return f"{said}."
    return f"{said}; half of them took {milliseconds(time.low)} to {milliseconds(time.high)}."


def _size_words(now: Mapping[str, int], then: Mapping[str, int]) -> str:
    if not then:
        return "Size of the .rune file."
    total, models = now["size"] - then["size"], now["models"] - then["models"]
    if total == 0:
        return "Unchanged."
    if models and (models > 0) == (total > 0) and abs(total - models) < 0.1 * abs(total):
        return "The model accounts for the whole change." if total > 0 else "The model became smaller."
    return "Size of the .rune file."


def changes(build: Build, before: Build) -> tuple[str, ...]:
    """What changed since an earlier build, in sentences; one sentence when nothing did."""
    said = [*_stage_changes(build, before), *_file_changes(build.source.manifest, before.source.manifest)]
    return tuple(said) or ("Nothing: the files are identical.",)


def _stage_changes(build: Build, before: Build) -> list[str]:
    now, then = _nodes(build), _nodes(before)
    if not now or not then:
        return []
    said = [f"A new {_kind(node)}, {name}." for name, node in now.items() if name not in then]
    said += [f"The {_kind(node)} {name} was removed." for name, node in then.items() if name not in now]
    for name, node in now.items():
        old = then.get(name)
        if old is None:
            continue
        if node["detail"] != old["detail"]:
            said.append(f"{name} changed from {old['detail']} to {node['detail']}.")
        elif is_replaced(node, build, before):
            said.append(f"The model {name} was replaced{_by_how_much(node, build, before)}.")
    return [*said, *_wire_changes(build, before)]


def _wire_changes(build: Build, before: Build) -> list[str]:
    """What a stage reads that it did not, and the other way round. The wires of one that came or went say no more."""
    both = _nodes(build).keys() & _nodes(before).keys()
    now, then = ([ends for ends in _ends(one) if both.issuperset(ends)] for one in (build, before))
    came = [f"{target} reads {source} now." for source, target in now if (source, target) not in then]
    gone = [f"{target} reads {source} no longer." for source, target in then if (source, target) not in now]
    return [*came, *gone]


def _ends(build: Build) -> list[tuple[str, str]]:
    """From which stage to which a wire goes, each pair once."""
    wires = build.artefact.report["pipeline"]["wires"] if build.artefact is not None else ()
    return list(dict.fromkeys((wire["source"], wire["target"]) for wire in wires))


def _by_how_much(node: Mapping[str, Any], build: Build, before: Build) -> str:
    now = build.source.manifest.get(node["file"] or "", {}).get("size", 0)
    then = before.source.manifest.get(node["file"] or "", {}).get("size", 0)
    if now == then:
        return " by a model of the same size"
    return f": {in_bytes(abs(now - then))} {'larger' if now > then else 'smaller'}"


def is_replaced(node: Mapping[str, Any], build: Build, before: Build) -> bool:
    """Whether a stage's file has other contents than before."""
    path = node.get("file")
    if not path:
        return False
    now, then = build.source.manifest.get(path), before.source.manifest.get(path)
    return now is not None and then is not None and now["digest"] != then["digest"]


def _file_changes(now: Manifest, then: Manifest) -> list[str]:
    added = sorted(set(now) - set(then))
    removed = sorted(set(then) - set(now))
    changed = sorted(path for path in set(now) & set(then) if now[path]["digest"] != then[path]["digest"])
    named = (("added", added), ("removed", removed), ("changed", changed))
    return [f"{_listed(paths)} {'was' if len(paths) == 1 else 'were'} {verb}." for verb, paths in named if paths]


def _listed(paths: Sequence[str]) -> str:
    shown = list(paths[:5])
    if len(paths) > 5:
        shown.append(counted(len(paths) - 5, "more file"))
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1]


_KINDS = {"capability": "input", "block": "step", "model": "model", "output": "output"}


def _kind(node: Mapping[str, Any]) -> str:
    return _KINDS.get(node["kind"], "stage")


def _nodes(build: Build | None) -> dict[str, Mapping[str, Any]]:
    if build is None or build.artefact is None:
        return {}
    return {node["name"]: node for node in build.artefact.report["pipeline"]["nodes"]}


def drawn(build: Build, before: Build | None) -> DrawnPipeline | None:
    """The pipeline, with marks of what is another than in the earlier build; None for a build without one."""
    if build.artefact is None:
        return None
    then = _nodes(before)
    if before is None or not then:
        return drawn_pipeline(build.artefact.report["pipeline"])
    return drawn_pipeline(build.artefact.report["pipeline"], lambda node: _mark(node, then, build, before))


def _mark(node: Mapping[str, Any], then: Mapping[str, Mapping[str, Any]], build: Build, before: Build) -> Mark:
    old = then.get(node["name"])
    if old is None:
        return Mark("added", "added")
    if is_replaced(node, build, before):
        return Mark("changed", "replaced")
    if old["detail"] != node["detail"] or old["kind"] != node["kind"]:
        return Mark("changed", "changed")
    return Mark()
