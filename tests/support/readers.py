"""The readers of foreign bytes, each as a function that must end well, or with the one error that it may raise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from yaml.reader import Reader

from rune.capabilities.accel import ACCEL
from rune.model.tflite import ModelError, describe, read_model, signature
from rune.project.files import FileError
from rune.running.container import ContainerError, read_rune, read_zune
from rune.running.runtime.errors import InputFile
from rune.running.runtime.inputs.sounds import sound_input
from rune.running.runtime.inputs.tables import csv_values
from rune.source.policy import Policy
from rune.source.policy.read import read_policy
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.source import SourceText
from rune.source.runefile.yaml.compose import compose
from tests.conftest import REPOSITORY
from tests.support.language.invariants import checked_with_invariants, same

CORPUS = REPOSITORY / "tests" / "proof" / "any_input" / "corpus"


def corpus(reader: str) -> Path:
    """The pack of inputs that led a reader's fuzzer to new places; `make test` reads them all again."""
    return CORPUS / f"{reader}.zip"


def read_yaml(data: bytes) -> None:
    """YAML and what looks like it; where the fast reader can read it, the full one reads the same."""
    text = data.decode("utf-8", "replace")
    source = SourceText("Runefile.yml", text)
    document = compose(source, DiagnosticReport("Runefile.yml"))
    assert all(0 <= start < end <= len(text) for start, end in document.damaged_spans)
    if not Reader.NON_PRINTABLE.search(text):
        same(text)


def read_runefile(data: bytes) -> None:
    """A Runefile of any kind, checked as a whole."""
    checked_with_invariants(data, most_fixes=0)


def read_forge_yml(data: bytes) -> None:
    """A policy, which is the same after JSON, or at least one error."""
    result = read_policy(data.decode("utf-8", "replace"))
    assert (result.policy is None) is result.has_errors
    assert result.policy is None or Policy.from_json(result.policy.to_json()) == result.policy


def read_text_form(data: bytes) -> None:
    """A Runefile in its old text form."""
    checked_with_invariants(b"FROM x\n" + data, "Runefile", most_fixes=0)


def read_tflite(data: bytes) -> None:
    """A model: verified, described and asked for its inputs."""
    try:
        model = read_model(data)
        describe(model)
        signature(model)
    except ModelError:
        return


def read_container(data: bytes) -> None:
    """A rune, or the zip that a zune is, with all its files."""
    with suppress(ContainerError):
        read_rune(data)
    try:
        zune = read_zune(data)
    except ContainerError:
        return
    for entry in zune.entries:
        try:
            zune.read(entry.path)
        except (ContainerError, FileError):
            continue


def read_sound(data: bytes) -> None:
    """A wav, converted where it does not fit."""
    with suppress(InputFile):
        assert len(sound_input(data, 16_000, 100).data) == 200


def read_motion(data: bytes) -> None:
    """A CSV of motion."""
    with suppress(InputFile):
        assert len(csv_values(data, ACCEL.columns, None)) % 12 == 0


READERS: Mapping[str, Callable[[bytes], None]] = {
    "yaml": read_yaml,
    "runefile": read_runefile,
    "policy": read_forge_yml,
    "text": read_text_form,
    "tflite": read_tflite,
    "rune": read_container,
    "sound": read_sound,
    "motion": read_motion,
}
