"""A build spec: what is built, as a value whose digest names what comes of it."""

from __future__ import annotations

import json
from dataclasses import fields, replace

from rune.compiler.building.options import BuildOptions
from rune.compiler.building.spec import BuildSpec, SpecOptions
from rune.model.profile import TFLM
from rune.port import Port
from rune.source.runefile import HostResourceOptions
from tests.support.cases import each_case

FILES = "sha256:" + "1" * 64
SPEC = BuildSpec(FILES, "sha256:" + "2" * 64, "wasm32", SpecOptions("sine"))


def test_equal_specs_have_one_digest_that_is_known() -> None:
    assert SPEC.digest == replace(SPEC).digest
    # It names artefacts in databases: what changes it makes them all be built again.
    assert SPEC.digest == "sha256:c5b63d538bdbb2467925177c2240eb5cdd9d19f605514aaddb09e5187f5b2c4e"


@each_case(
    "other",
    [
        replace(SPEC, version="sha256:" + "3" * 64),
        replace(SPEC, toolchain="sha256:" + "4" * 64),
        replace(SPEC, target="c"),
        *(
            replace(SPEC, options=options)
            for options in (
                SpecOptions("cosine"),
                SpecOptions("sine", runefile="other.yml"),
                SpecOptions("sine", host_models=True),
                SpecOptions("sine", host_resources=HostResourceOptions(every=True)),
                SpecOptions("sine", host_resources=HostResourceOptions(capacities={"WORDS": 7})),
                SpecOptions("sine", watched=(Port("x", 0),)),
                SpecOptions("sine", timed=True),
                SpecOptions("sine", profile=TFLM),
            )
        ),
    ],
)
def test_whatever_differs_makes_another_digest(other: BuildSpec) -> None:
    assert other.digest != SPEC.digest


def test_options_come_back_from_json() -> None:
    options = SpecOptions(
        "sine", "Runefile", True, HostResourceOptions(every=True, capacities={"WORDS": 7}), (Port("x", 1),), True, TFLM
    )
    assert SpecOptions.from_json(json.loads(json.dumps(options.to_json()))) == options


def test_a_spec_has_all_options_of_a_build() -> None:
    """An option of `build` that changes the bytes belongs to the spec, or two runes would have one name. Projects are
    never built with other `blocks`."""
    names = {field.name for field in fields(BuildOptions)} - {"limits", "target", "blocks"}
    # The target has two parts: its name is the spec's, and what it is optimised for is an option. The preferences of
    # forge.yml are read from the files, and become a profile and an aim. A preview is a target of its own.
    assert names | {"optimize", "follows_forge_yml", "is_preview"} == {field.name for field in fields(SpecOptions)}
