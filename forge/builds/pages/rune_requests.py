"""The requests of a rune to the host that runs it: sensors, models for its host, memory. By the report of its build."""

from __future__ import annotations

from dataclasses import dataclass

from forge.builds.contents import sensors_of
from forge.builds.models import Build
from forge.builds.pages.host_models import host_models
from rune.capabilities import CAPABILITIES
from rune.capabilities.capability import RecordingFormat


@dataclass(frozen=True)
class SensorRequest:
    """A sensor that a rune reads."""

    name: str
    icon: str


# The front end's build finds the icons that it must draw by `icon="…"`.
SENSORS = {
    RecordingFormat.SOUND: SensorRequest("Microphone", icon="mic"),
    RecordingFormat.PICTURE: SensorRequest("Camera", icon="camera"),
    RecordingFormat.MOTION: SensorRequest("Motion sensor", icon="smartphone"),
}


@dataclass(frozen=True)
class RuneRequests:
    """The requests of a rune. `models` are the files or stages of those that the host runs; `memory` is in bytes."""

    sensors: tuple[SensorRequest, ...]
    models: tuple[str, ...]
    memory: int | None


def requests_of(build: Build) -> RuneRequests:
    """The requests of a build's rune. The build has its artefact."""
    report = {} if build.artefact is None else build.artefact.report
    formats = {CAPABILITIES[name].recording for name in sensors_of(report.get("pipeline", {}))}
    return RuneRequests(
        tuple(sensor for each, sensor in SENSORS.items() if each in formats),
        tuple(each.name for each in host_models(build)),
        None if build.artefact is None else build.artefact.planned_memory,
    )
