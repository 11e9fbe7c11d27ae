"""A build spec: what is built, as a value whose digest names what comes of it."""

from __future__ import annotations

import inspect
import json
from dataclasses import fields, replace

import pytest

from rune.compiler.anvil.profile import TFLM
from rune.compiler.building.building import build
from rune.compiler.building.spec import BuildOptions, BuildSpec
from rune.source.runefile import HostResources
from rune.source.runefile.pipeline import Port

FILES = "sha256:" + "1" * 64
SPEC = BuildSpec(FILES, "sha256:" + "2" * 64, "wasm32", BuildOptions("sine"))


def test_equal_specs_have_one_digest_that_is_known() -> None:
    assert SPEC.digest == replace(SPEC).digest
    # It names artefacts in databases: what changes it makes them all be built again.
    assert SPEC.digest == "sha256:46aeae1eba8adceb64e97e5a62939d14425b323fc8e8758d4fb2adaf5a53b8cd"


@pytest.mark.parametrize(
    "other",
    [
        replace(SPEC, version="sha256:" + "3" * 64),
        replace(SPEC, toolchain="sha256:" + "4" * 64),
        replace(SPEC, target="c"),
        *(
            replace(SPEC, options=options)
            for options in (
                BuildOptions("cosine"),
                BuildOptions("sine", runefile="other.yml"),
                BuildOptions("sine", host_models=True),
                BuildOptions("sine", host_resources=HostResources(every=True)),
                BuildOptions("sine", host_resources=HostResources(capacities={"WORDS": 7})),
                BuildOptions("sine", watched=(Port("x", 0),)),
                BuildOptions("sine", timed=True),
                BuildOptions("sine", profile=TFLM),
            )
        ),
    ],
)
def test_whatever_differs_makes_another_digest(other: BuildSpec) -> None:
    assert other.digest != SPEC.digest


def test_options_come_back_from_json() -> None:
    options = BuildOptions(
        "sine", "Runefile", True, HostResources(every=True, capacities={"WORDS": 7}), (Port("x", 1),), True, TFLM
    )
    assert BuildOptions.from_json(json.loads(json.dumps(options.to_json()))) == options


def test_options_are_all_that_a_build_can_be_told() -> None:
    """A new argument of `build` that changes the bytes belongs to the options, or two runes would have one name. Only
    what is no project is built with other `blocks`."""
    told = set(inspect.signature(build).parameters) - {"files", "log", "limits", "allowance", "target", "blocks"}
    # The target has two parts: its name is the spec's, and what it is optimised for is an option. Wishes are read of
    # the files, and become a profile and an aim.
    assert told | {"optimize", "heeds_wishes"} == {field.name for field in fields(BuildOptions)}
