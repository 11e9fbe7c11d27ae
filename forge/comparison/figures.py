"""The figures of a rune, each beside that of an earlier one: how much it changed, and whether that is good."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from forge.comparison.inference_time import InferenceTime, is_noise, milliseconds
from rune.aim import Aim
from rune.wording import counted, size_text

AIM_NAMES: Final[dict[Aim, str]] = {"size": "size", "balanced": "size and speed", "speed": "speed"}
MEMORY_MEANING = "All buffers of the pipeline, planned at build time."
HOST_MEANING = " The host's interpreter needs more on top."
MODELS_MEANING = "The model files, before they are compiled in."
SIZE_MEANING = "Size of the .rune file."
FLASH_MEANING = "Code and constants of the package."
RAM_MEANING = "Memory, the deepest stack, and the buffers of inputs and outputs."
INSTRUCTIONS_MEANING = "Per run, counted on an emulated core."
OPTIMIZED_MEANING = "The project's build settings when the build was requested."
MATCH_MEANING = "The reference whose results its models match, bit for bit."
PACKAGES_MEANING = "The optimisation of the libraries in its packages, with which they were measured."


@dataclass(frozen=True)
class PackageFigures:
    """The needs of the package for a target: bytes, and instructions per run. Without these the bytes are the least."""

    flash: int
    ram: int
    instructions: int | None


@dataclass(frozen=True)
class BuildSettings:
    """The aims of a rune and its packages, and the runtime whose results its models reproduce."""

    optimize: Aim
    optimize_packages: Aim
    runtime: str


@dataclass(frozen=True)
class RuneFigures:
    """The measured and counted figures of a rune, in bytes; `models` are its model files, `targets` its packages."""

    digest: str
    size: int
    memory: int
    models: int
    has_host_models: bool
    time: InferenceTime | None
    targets: Mapping[str, PackageFigures] = field(default_factory=dict)
    manner: BuildSettings | None = None
    """The build settings; None where they are not known."""


@dataclass(frozen=True)
class FigureRow:
    """A figure as text, beside the earlier one. `before` and `change` are empty where there is nothing to compare."""

    name: str
    now: str
    before: str
    change: str
    mood: Literal["good", "worse", "muted"]
    meaning: str
    between: str = ""
    """The range in which half of the measured values lie; empty for a counted figure."""

    @property
    def key(self) -> str:
        """The figure's name in addresses: `inference-time`."""
        return self.name.lower().replace(" ", "-")


def figure_rows(now: RuneFigures, then: RuneFigures | None) -> tuple[FigureRow, ...]:
    """The figures of a rune, each beside the earlier rune's."""
    rows = []
    if now.time is not None:
        is_same_rune = then is not None and now.digest == then.digest
        row = _time_row(now.time, then.time if then is not None else None, is_same_rune=is_same_rune)
        rows.append(replace(row, between=_between(now.time)))
    memory_meaning = MEMORY_MEANING + (HOST_MEANING if now.has_host_models else "")
    rows.append(bytes_row("Memory", now.memory, then.memory if then is not None else None, memory_meaning))
    rows.append(bytes_row("Size", now.size, then.size if then is not None else None, _size_meaning(now, then)))
    if now.models:
        rows.append(bytes_row("Models", now.models, then.models if then is not None else None, MODELS_MEANING))
    for target, needs in sorted(now.targets.items()):
        rows += package_rows(target, needs, then.targets.get(target) if then is not None else None)
    if now.manner is not None:
        rows += _settings_rows(now.manner, then.manner if then is not None else None, has_packages=bool(now.targets))
    return tuple(rows)


def package_rows(target: str, now: PackageFigures, then: PackageFigures | None) -> Iterator[FigureRow]:
    """Flash, RAM and instructions on a target. What is the least is compared with what is the least alone."""
    is_counted = now.instructions is not None
    before = then if then is not None and (then.instructions is not None) == is_counted else None
    least = "" if is_counted else " The least that it needs: nothing was counted on this core."
    yield bytes_row(f"Flash on {target}", now.flash, before.flash if before else None, FLASH_MEANING + least)
    yield bytes_row(f"RAM on {target}", now.ram, before.ram if before else None, RAM_MEANING + least)
    if now.instructions is not None:
        was = before.instructions if before else None
        yield _row(f"Instructions on {target}", now.instructions, was, INSTRUCTIONS_MEANING, count_text)


def _settings_rows(now: BuildSettings, then: BuildSettings | None, *, has_packages: bool) -> Iterator[FigureRow]:
    """Returns the settings in words: they are equal or different, so neither is better."""
    was = None if then is None else AIM_NAMES[then.optimize]
    yield _chosen_row("Optimised for", AIM_NAMES[now.optimize], was, OPTIMIZED_MEANING)
    if has_packages:
        was = None if then is None else AIM_NAMES[then.optimize_packages]
        yield _chosen_row("Packages for", AIM_NAMES[now.optimize_packages], was, PACKAGES_MEANING)
    yield _chosen_row("Results of", now.runtime, None if then is None else then.runtime, MATCH_MEANING)


def settings_sentences(now: RuneFigures, then: RuneFigures) -> tuple[str, ...]:
    """Returns the settings that differ from those of an earlier rune, in sentences."""
    if now.manner is None or then.manner is None:
        return ()
    rows = _settings_rows(now.manner, then.manner, has_packages=bool(now.targets) and bool(then.targets))
    return tuple(f"{each.name} {each.now}, before {each.before}." for each in rows if each.change == "changed")


def _chosen_row(name: str, now: str, then: str | None, meaning: str) -> FigureRow:
    change = "" if then is None else "the same" if now == then else "changed"
    return FigureRow(name, now, then or "", change, "muted", meaning)


def count_text(count: int) -> str:
    """A number of instructions, which are exact."""
    return f"{count:,}"


def bytes_row(name: str, now: int, then: int | None, meaning: str) -> FigureRow:
    """A number of bytes beside the earlier one, None where it is unknown."""
    return _row(name, now, then, meaning, size_text)


def _row(name: str, now: int, then: int | None, meaning: str, text: Callable[[int], str]) -> FigureRow:
    if then is None:
        return FigureRow(name, text(now), "", "", "muted", meaning)
    if now == then:
        return FigureRow(name, text(now), text(then), "the same", "muted", meaning)
    sign, mood = _direction(now - then)
    return FigureRow(name, text(now), text(then), sign + text(abs(now - then)), mood, meaning)


def _direction(change: float) -> tuple[str, Literal["good", "worse"]]:
    """Returns the direction in which a figure is better: less, for all of these."""
    return ("+", "worse") if change > 0 else ("−", "good")


def _time_row(now: InferenceTime, then: InferenceTime | None, *, is_same_rune: bool) -> FigureRow:
    name, median_text, meaning = "Inference time", milliseconds(now.median), _time_meaning(now)
    if then is None:
        return FigureRow(name, median_text, "", "", "muted", meaning)
    before = milliseconds(then.median)
    if is_same_rune:
        also = "" if now.median == then.median else "; the difference comes from load on the server"
        meaning = f"The rune is the same{also}. {meaning}"
    if is_same_rune or is_noise(now, then):
        words = "the same rune" if is_same_rune else "too close to tell"
        return FigureRow(name, median_text, before, words, "muted", meaning)
    change = now.median - then.median
    sign, mood = _direction(change)
    # Without both spreads nobody can tell progress from chance.
    has_spreads = now.has_spread and then.has_spread
    return FigureRow(
        name, median_text, before, sign + milliseconds(abs(change)), mood if has_spreads else "muted", meaning
    )


def _between(time: InferenceTime) -> str:
    return f"{milliseconds(time.low)} to {milliseconds(time.high)}" if time.has_spread else ""


def _time_meaning(time: InferenceTime) -> str:
    text = f"The median of {counted(time.runs, 'run')} on random input, on the server"
    if not time.has_spread:
        return f"{text}."
    return f"{text}; half of them took {milliseconds(time.low)} to {milliseconds(time.high)}."


def _size_meaning(now: RuneFigures, then: RuneFigures | None) -> str:
    if then is None:
        return SIZE_MEANING
    total, models = now.size - then.size, now.models - then.models
    if total == 0:
        return "Unchanged."
    if models and (models > 0) == (total > 0) and abs(total - models) < 0.1 * abs(total):
        return "The model accounts for the whole change."
    return SIZE_MEANING
