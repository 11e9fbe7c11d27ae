"""The values of each stage of a build: the rune of its files that also sends what flows between its stages.

A page draws those values in the picture of the build's pipeline. The files and the model are the build's own, and so is
the toolchain: a build of another one has no such rune, because its results could differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from forge.builds.models import Build, BuildTrigger, Preview, PreviewState, plain_options
from forge.builds.previews.variants import request_preview
from forge.builds.previews.watches import start_watch
from forge.compute.pool.toolchain import TOOLCHAIN
from rune.tensor import TensorType, parse_shape

MOST_WIRES = 16
"""Wires that a page shows; those of the first stages where a pipeline has more."""
MOST_ELEMENTS = 1 << 16
"""Elements of a tensor that is worth a picture of a stage's size."""
MOST_INPUT_ELEMENTS = 64
"""Elements of an input that the rune sends back: the page has the larger ones, which it gave to the rune."""


def stage_wires(build: Build) -> list[dict[str, Any]]:
    """The wires whose values a page can show for a build, each once; none without a rune of this toolchain."""
    if build.artefact is None or build.artefact.spec["toolchain"] != TOOLCHAIN:
        return []
    outline = build.artefact.report["pipeline"]
    kinds = {node["name"]: node["kind"] for node in outline["nodes"]}
    ports = dict.fromkeys(_small_ports(outline, kinds))
    return [{"stage": stage, "index": index} for stage, index in sorted([*ports][:MOST_WIRES])]


def _small_ports(outline: Mapping[str, Any], kinds: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    for wire in outline["wires"]:
        most = MOST_INPUT_ELEMENTS if kinds.get(wire["source"]) == "capability" else MOST_ELEMENTS
        tensor_type = _type_of(wire["type"] or "")
        if tensor_type is not None and tensor_type.count <= most:
            yield wire["source"], wire["source_index"]


def _type_of(text: str) -> TensorType | None:
    """The type of a wire with each size at its largest; None where the checker does not know it."""
    try:
        return parse_shape(text.replace("<=", ""))
    except ValueError:
        return None


def start_stages(build: Build, wires: list[dict[str, Any]]) -> Preview:
    """The preview of a build's files with these wires watched, which is made soon unless it is there.

    The files of a preview's build are not stored: it is of the newest text, and the caller compares the versions.
    """
    options = {**plain_options(), "watched": wires}
    if build.kind == BuildTrigger.PREVIEW:
        return start_watch(build.project, options)
    options["build"] = {"version": str(build.source.pk), "match": build.match}

    def is_old(preview: Preview) -> bool:
        return preview.state == PreviewState.FAILED or preview.toolchain not in ("", TOOLCHAIN)

    return request_preview(build.project, options, is_old)
