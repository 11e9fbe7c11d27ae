"""A build beside an earlier one: numbers with their change, what changed in words, and marks on the drawn pipeline.

Pure functions over the two builds' reports and manifests; nothing is read from the database here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forge.builds.models import Build
from forge.web.pipeline import DrawnPipeline, Mark, drawn_pipeline
from forge.web.templatetags.look import size as in_bytes

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
    if _same_rune(build, before) and "time" in now and "time" in then:
        # The same bytes take the same time; what differs is how busy the server was.
        then["time"] = now["time"]
    found = []
    if "time" in now:
        found.append(
            _figure(
                "Time a run",
                now,
                then,
                "time",
                _milliseconds,
                "The median of some runs on the server, on made-up input.",
            )
        )
    found.append(
        _figure("Memory", now, then, "memory", in_bytes, "All buffers of the pipeline, laid out at build time.")
    )
    found.append(_figure("Size", now, then, "size", in_bytes, _size_words(now, then)))
    if now.get("models"):
        found.append(_figure("Models", now, then, "models", in_bytes, "The model files, before they are compiled in."))
    return tuple(found)


def _same_rune(build: Build, before: Build | None) -> bool:
    if build.artefact is None or before is None or before.artefact is None:
        return False
    return build.artefact.digest == before.artefact.digest


def _facts(build: Build | None) -> dict[str, float]:
    if build is None or build.artefact is None:
        return {}
    report = build.artefact.report
    facts: dict[str, float] = {
        "memory": build.artefact.planned_memory,
        "size": build.artefact.size,
        "models": sum(model["size"] or 0 for model in report["models"]),
    }
    if report.get("run"):
        facts["time"] = report["run"]["milliseconds"]
    return facts


def _figure(name: str, now: Mapping[str, float], then: Mapping[str, float], key: str, show: Any, words: str) -> Figure:
    if key not in then:
        return Figure(name, show(now[key]), "", "", "muted", words)
    change = now[key] - then[key]
    # A time differs a little from run to run; only what a person would notice counts.
    is_noise = abs(change) < 0.15 * max(then[key], 0.05) if key == "time" else change == 0
    if is_noise:
        return Figure(name, show(now[key]), show(then[key]), "none", "muted", words)
    sign, mood = ("+", "worse") if change > 0 else ("−", "good")
    return Figure(name, show(now[key]), show(then[key]), sign + show(abs(change)), mood, words)


def _milliseconds(value: float) -> str:
    return f"{value:.2f} ms" if value < 10 else f"{value:.0f} ms"


def _size_words(now: Mapping[str, float], then: Mapping[str, float]) -> str:
    if not then:
        return "The rune as it is downloaded."
    total, models = now["size"] - then["size"], now["models"] - then["models"]
    if total == 0:
        return "As large as before."
    if models and (models > 0) == (total > 0) and abs(total - models) < 0.1 * abs(total):
        return "All of it is the model." if total > 0 else "The model became smaller."
    return "The rune as it is downloaded."


def changes(build: Build, before: Build) -> tuple[str, ...]:
    """What changed since an earlier build, in sentences; one sentence when nothing did."""
    said = [*_stage_changes(build, before), *_file_changes(build.source.manifest, before.source.manifest)]
    return tuple(said) or ("Nothing: the files are the same.",)


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
            said.append(f"{name} is {node['detail']} now, and was {old['detail']}.")
        elif is_replaced(node, build, before):
            said.append(f"The model {name} was replaced{_by_how_much(node, build, before)}.")
    return said


def _by_how_much(node: Mapping[str, Any], build: Build, before: Build) -> str:
    now = build.source.manifest.get(node["file"] or "", {}).get("size", 0)
    then = before.source.manifest.get(node["file"] or "", {}).get("size", 0)
    if now == then:
        return " by one of the same size"
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
        shown.append(f"{len(paths) - 5} more files")
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
