"""`rune run`: one run of a rune on files or generated input; its results are one line of JSON on stdout."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from rune.cli.given_file import read_given_file
from rune.runtime import LogLine, OutputMessage, OutputTensor, Runtime
from rune.runtime.errors import RuneError
from rune.runtime.files import InputFiles, inputs_from_files
from rune.runtime.generated import generated_inputs
from rune.tensor import ElementType

_FILE = click.Path(dir_okay=False, path_type=Path)
_SEED = click.IntRange(min=0, max=(1 << 64) - 1)
_SHOWN_LEVELS = ("ERROR", "WARN")


@click.command(name="run")
@click.argument("rune", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--image", "--img", "images", type=_FILE, multiple=True, help="A picture for an IMAGE capability.")
@click.option("--sound", "sounds", type=_FILE, multiple=True, help="A wav file for a SOUND capability.")
@click.option(
    "--accelerometer", "--accel", "accelerometers", type=_FILE, multiple=True, help="A CSV of x,y,z for ACCEL."
)
@click.option("--raw", "raws", type=_FILE, multiple=True, help="Any file for a RAW capability.")
@click.option("--random", "--rand", "seed", type=_SEED, help="A seed for RAND.")
@click.option("--generated", is_flag=True, help="Make up input instead of reading files.")
@click.option("-v", "--verbose", is_flag=True, help="Show everything that the rune logs.")
def command(
    rune: Path,
    images: Sequence[Path],
    sounds: Sequence[Path],
    accelerometers: Sequence[Path],
    raws: Sequence[Path],
    seed: int | None,
    generated: bool,
    verbose: bool,
) -> None:
    """Run RUNE once and print its outputs as one line of JSON.

    A flag may be given more than once: a capability's argument `source` picks the file, from 0.
    """
    files = InputFiles(images, sounds, accelerometers, raws, seed)
    try:
        loaded = Runtime.load(read_given_file(rune))
        _show(loaded.logs, verbose)
        capabilities = loaded.capabilities
        inputs = generated_inputs(capabilities) if generated else inputs_from_files(capabilities, files)
        try:
            messages = loaded.call(inputs)
        finally:
            _show(loaded.logs, verbose)
    except (RuneError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(results(messages), ensure_ascii=False))


def results(messages: Sequence[OutputMessage]) -> Mapping[str, object]:
    """The tensors of each output by its id; of two messages to one output the later counts, as it always did."""
    return {str(message.channel): [_tensor(tensor) for tensor in message.tensors] for message in messages}


def _tensor(tensor: OutputTensor) -> Mapping[str, object]:
    # The two spellings of the key are how it has always been printed, and what others parse.
    key = "element_type" if tensor.element is ElementType.UTF8 else "element-type"
    elements = [_number(tensor.element, value) for value in tensor.elements]
    return {key: tensor.element.value, "dimensions": list(tensor.dimensions), "elements": elements}


def _number(element: ElementType, value: int | float | str) -> int | float | str | None:
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        return None
    return shortest_f32(value) if element is ElementType.F32 else value


def shortest_f32(value: float) -> float:
    """The number of fewest digits that is `value` again when it is rounded to f32."""
    if abs(value) > _LARGEST_F32:
        return value
    wanted = struct.pack("<f", value)
    for digits in range(1, 10):
        candidate = float(f"{value:.{digits}g}")
        if abs(candidate) <= _LARGEST_F32 and struct.pack("<f", candidate) == wanted:
            return candidate
    return value


_LARGEST_F32 = 3.4028235e38


def _show(logs: Sequence[LogLine], verbose: bool) -> None:
    for line in logs:
        if verbose or line.level in _SHOWN_LEVELS:
            click.echo(f"{line.level}: {line.message}", err=True)
