"""The kind of recording that a rune reads, by what its file says about its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from forge.core.blobs.store import read_blob
from forge.core.errors import DomainError, Invalid
from forge.datasets.models.samples import SampleKind
from rune.capabilities import BY_GRAPH_TYPE
from rune.capabilities.capability import RecordingFormat
from rune.running.container import ContainerError, read_graph

_KINDS: Final = {RecordingFormat.SOUND: SampleKind.SOUND, RecordingFormat.MOTION: SampleKind.MOTION}
_REFUSAL: Final = "Devices send sounds and motion. The rune of this deployment reads something else."


@dataclass(frozen=True)
class RecordedKind:
    """The recordings that windows of a rune are: their kind, and their rate in Hz, or 0."""

    kind: SampleKind
    rate: int


def recorded_kind(rune: str) -> RecordedKind:
    """Returns the kind of the windows of a rune, by its digest. The caller has found a release with it.

    Raises `Invalid` for a rune whose windows no device sends."""
    try:
        graph = read_graph(read_blob(rune)) or {}
    except (ContainerError, DomainError):
        raise Invalid(_REFUSAL) from None
    for stage in _mapping(graph.get("capabilities")).values():
        stage = _mapping(stage)
        capability = BY_GRAPH_TYPE.get(str(_mapping(stage.get("kind")).get("type")))
        if capability is not None and capability.recording in _KINDS:
            rate = str(_mapping(stage.get("args")).get("hz", "0"))
            return RecordedKind(_KINDS[capability.recording], int(rate) if rate.isdecimal() and len(rate) < 8 else 0)
    raise Invalid(_REFUSAL)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
