"""The JSON Schema: right Runefiles fit it, and each kind of slip does not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import yaml

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.source.runefile.schema import DRAFT, schema
from tests.support.cases import each_case
from tests.support.language.runefiles import WORDS, checked

ROOT = Path(__file__).parents[4]
RIGHT = sorted(path for path in (ROOT / "examples").glob("*/Runefile.yml"))
VALIDATOR = jsonschema.Draft7Validator(schema(PUBLISHED_BLOCKS))


class Yaml12(yaml.SafeLoader):
    """YAML 1.2, as Runefiles and editors have it: `on`, `off`, `yes` and `no` are texts."""


Yaml12.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("(?i:true|false)$"), list("tTfF"))


def slips(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(yaml.load(text, Yaml12))]


def test_the_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(schema(PUBLISHED_BLOCKS))
    assert schema(PUBLISHED_BLOCKS)["$schema"] == DRAFT
    assert json.loads(json.dumps(schema(PUBLISHED_BLOCKS))) == schema(PUBLISHED_BLOCKS)


@each_case("path", RIGHT, ids=[path.parent.name for path in RIGHT])
def test_the_runefile_of_every_template_fits(path: Path) -> None:
    assert slips(path.read_text("utf-8")) == []


def test_there_are_templates() -> None:
    assert len(RIGHT) >= 3


@each_case(
    ("old", "new"),
    [
        ("", ""),
        ("SOUND", "sound"),
        ("hz: 16000", "hz: '@16*1000'"),
        ("sample_duration_ms", "sample-duration-ms"),
        ("type: i16", "type: I16"),
        ("hotg-ai/proc-blocks@v0.11.3#label", "label"),
        ("./words.tflite", "$MODEL"),
        ("out: SERIAL", "out: tensor"),
        ("    path: ./words.txt", "    inline: 'a b'"),
        ("    path: ./words.txt", "    type: binary"),
    ],
)
def test_every_right_way_to_write_it_fits(old: str, new: str) -> None:
    assert slips(WORDS.replace(old, new, 1)) == []


@each_case(
    ("old", "new"),
    [
        ("version: 1", "version: 2"),
        ("version: 1", "version: '1'"),
        ("image: runicos/base\n", ""),
        ("resources:", "resource:"),
        ("  best:", "  2nd best:"),
        ("capability: SOUND", "capabilty: SOUND"),
        ("capability: SOUND", "capability: SUOND"),
        ("capability: SOUND", "capability: Sound"),
        ("hz: 16000", "hz: -1"),
        ("hz: 16000", "hz: 16000.5"),
        ("hz: 16000", "hertz: 16000"),
        ("type: i16", "type: int16"),
        ("dimensions: [16000]", "dimensions: [0]"),
        ("dimensions: [16000]", "dimension: [16000]"),
        ("dimensions: [1, 3]", "dimensions: 3"),
        ("inputs: [audio]", "input: [audio]"),
        ("inputs: [audio]", "inputs: audio"),
        ("inputs: [audio]", "inputs: []"),
        ("[word, model.0]", "[word, 'model 0']"),
        ("wordlist: $WORDS", "wordlst: $WORDS"),
        ("wordlist: $WORDS", "wordlist: [a, b]"),
        ("      wordlist: $WORDS", "      {}"),
        ("inputs:\n      - model", "inputs: [model]\n    args: {count: 0}"),
        ("model: ./words.tflite", "model: ./words.tflite\n    args: {format: tflite}"),
        ("out: SERIAL", "out: SERAIL"),
        ("path: ./words.txt", "path: ./words.txt\n    inline: a"),
        ("path: ./words.txt", "file: ./words.txt"),
    ],
)
def test_a_slip_does_not_fit_and_the_check_tells_of_it_too(old: str, new: str) -> None:
    text = WORDS.replace(old, new, 1)
    assert text != WORDS
    assert slips(text)
    assert checked(text).diagnostics
