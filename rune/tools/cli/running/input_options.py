"""The options of `rune run` and `rune bench` for a rune's input and its limits."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from rune.capabilities import INPUT_OPTIONS, Capability, InputOption
from rune.running.runtime import InputSource, Limits, RequestedCapability
from rune.running.runtime.inputs.files import InputFiles, inputs_from_files
from rune.running.runtime.inputs.generator import generated_inputs
from rune.running.runtime.inputs.readers import Notice
from rune.running.runtime.limits import MOST_TRANSFER

F = TypeVar("F", bound=Callable[..., Any])

_FILE = click.Path(dir_okay=False, path_type=Path)
_MAX_SEED = (1 << 64) - 1
_MEBIBYTE = 1 << 20
_DEFAULT = Limits()
_KINDS = {kind: option for option in INPUT_OPTIONS for kind in option.kinds}
"""The options by the prefixes of `--capability`."""


@dataclass(frozen=True)
class InputOptions:
    """The input files; with `generated`, kinds without a file get generated input."""

    files: InputFiles
    generated: bool

    def for_capabilities(
        self, capabilities: Sequence[RequestedCapability], notice: Notice
    ) -> Mapping[int, InputSource]:
        """The input of each capability; calls `notice` with each conversion of a file. Raises `InputFile`."""
        if not self.generated:
            return inputs_from_files(capabilities, self.files, notice)
        with_files = [request for request in capabilities if self.count(request.kind)]
        return {**generated_inputs(capabilities), **inputs_from_files(with_files, self.files, notice)}

    def count(self, kind: Capability) -> int:
        """The number of files for capabilities of this kind; a seed counts as one."""
        return self.files.count(kind.option)


def _option(option: InputOption) -> Callable[[Any], Any]:
    if option.is_seed:
        seed = click.IntRange(0, _MAX_SEED)
        return click.option(*option.flags, "seed", type=seed, metavar="SEED", help=option.help)
    return click.option(*option.flags, f"{option.name}_paths", type=_FILE, multiple=True, help=option.help)


_INPUT_OPTIONS = (
    *map(_option, INPUT_OPTIONS),
    click.option(
        "-c",
        "--capability",
        "pairs",
        multiple=True,
        metavar="KIND:FILE",
        help="The older notation: image:cat.png, sound:, accel:, raw:, or rand:SEED.",
    ),
    click.option("--generated", is_flag=True, help="Generate input for every kind without a file."),
)


def input_options(function: F) -> F:
    """Adds the options; the command gets them as one parameter, `inputs`."""

    @functools.wraps(function)
    def wrapped(*arguments: Any, pairs: Sequence[str], seed: int | None, generated: bool, **others: Any) -> Any:
        paths = {option: list(others.pop(f"{option.name}_paths")) for option in INPUT_OPTIONS if not option.is_seed}
        for pair in pairs:
            kind, _, value = pair.partition(":")
            option = _KINDS.get(kind.lower())
            if option is not None and value and option.is_seed:
                seed = _seed(value)
            elif option is not None and value:
                paths[option].append(Path(value))
            else:
                kinds = ", ".join(_KINDS)
                raise click.BadParameter(
                    f"{pair!r} is not KIND:FILE; a kind is one of {kinds}", param_hint="--capability"
                )
        return function(*arguments, inputs=InputOptions(InputFiles(paths, seed), generated), **others)

    return cast(F, _with_options(wrapped, _INPUT_OPTIONS))


_LIMIT_OPTIONS = (
    click.option(
        "--time-limit",
        type=click.FloatRange(min=0, min_open=True, max=86_400),
        default=_DEFAULT.seconds,
        show_default=True,
        metavar="SECONDS",
        help="A rune that takes longer for one run is stopped.",
    ),
    click.option(
        "--fuel",
        type=click.IntRange(1, _MAX_SEED),
        metavar="INSTRUCTIONS",
        help="A rune that runs more instructions is stopped. Not counted by default.",
    ),
    click.option(
        "--memory-limit",
        type=click.IntRange(1, 4096),
        default=_DEFAULT.memory // _MEBIBYTE,
        show_default=True,
        metavar="MIB",
        help="A rune that needs more is stopped.",
    ),
    click.option(
        "--input-limit",
        type=click.IntRange(1, MOST_TRANSFER // _MEBIBYTE),
        default=_DEFAULT.input // _MEBIBYTE,
        show_default=True,
        metavar="MIB",
        help="A rune that reads more in one run is stopped.",
    ),
    click.option(
        "--output-limit",
        type=click.IntRange(1, MOST_TRANSFER // _MEBIBYTE),
        default=_DEFAULT.output // _MEBIBYTE,
        show_default=True,
        metavar="MIB",
        help="A rune that sends more in one run is stopped.",
    ),
    click.option(
        "--model-memory-limit",
        type=click.IntRange(1, 65_536),
        default=_DEFAULT.model_memory // _MEBIBYTE,
        show_default=True,
        metavar="MIB",
        help="A host model that needs more is stopped.",
    ),
)


def limit_options(function: F) -> F:
    """Adds the options; the command gets them as one parameter, `limits`."""

    @functools.wraps(function)
    def wrapped(*arguments: Any, time_limit: float, fuel: int | None, **others: Any) -> Any:
        sizes = {
            name: others.pop(f"{name}_limit") * _MEBIBYTE for name in ("memory", "input", "output", "model_memory")
        }
        limits = Limits(seconds=time_limit, fuel=fuel, **sizes)
        return function(*arguments, limits=limits, **others)

    return cast(F, _with_options(wrapped, _LIMIT_OPTIONS))


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text[:21]) > _MAX_SEED:
        raise click.BadParameter(f"{text[:40]!r} is not a seed: 0 to {_MAX_SEED}", param_hint="--capability")
    return int(text)


def _with_options(function: Callable[..., Any], options: Sequence[Callable[[Any], Any]]) -> Callable[..., Any]:
    for option in reversed(options):
        function = option(function)
    return function
