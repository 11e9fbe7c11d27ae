"""A forge.yml becomes a policy, or the list of everything that is wrong with it, each thing at its place."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import yaml

from rune.model import profile
from rune.project.files import MemoryFiles
from rune.source.policy import (
    ApprovalRule,
    BuildPreferences,
    Limit,
    LimitKind,
    Owners,
    Policy,
    RequiredCheck,
    check_policy,
)
from rune.source.policy.policy import RUNTIMES
from rune.source.policy.read import MAX_SIZE, CheckedPolicy, read_policy
from rune.source.policy.schema import policy_schema
from rune.source.policy.tags import names_version, protects
from tests.support.cases import each_case

WHOLE = """\
limits:
  size: 100 kB
  memory: 64 KiB
  inference-time: 1.5 s
  accuracy: 95 %
  recall: {yes: 90%, 8: 80 %}
  false-alarms-per-hour: 0.5
  flash: {cortex-m4: 100 kB, c: 1 MB}
  ram:
    cortex-m4: 16 KiB
  instructions: {cortex-m4: 5.5 M}
groups:
  product: [Grace@example.com, ada@example.com]
approvals:
  - count: 2
    from: [product, owner]
  - from: alan@example.com
protected-tags: [versions, latest, "release-*"]
owners:
  "*": [owner]
  models/: [product, team:audio]
  docs/*.md: []
checks:
  lab: Robot@example.com/lab rig
  fuzz: robot@example.com/fuzz
"""


def _codes_and_lines(result: CheckedPolicy) -> list[tuple[str, int]]:
    return [(each.code, each.span.start.line) for each in result.diagnostics]


def test_every_key_is_understood() -> None:
    result = read_policy(WHOLE)
    assert result.diagnostics == ()
    people = ("ada@example.com", "grace@example.com")
    assert result.policy == Policy(
        (
            Limit(LimitKind.SIZE, 100_000),
            Limit(LimitKind.MEMORY, 65_536),
            Limit(LimitKind.INFERENCE_TIME, 1500),
            Limit(LimitKind.ACCURACY, 19 / 20),
            Limit(LimitKind.RECALL, 0.8, "8"),
            Limit(LimitKind.RECALL, 0.9, "yes"),
            Limit(LimitKind.FALSE_ALARMS, 0.5),
            Limit(LimitKind.FLASH, 1_000_000, "c"),
            Limit(LimitKind.FLASH, 100_000, "cortex-m4"),
            Limit(LimitKind.RAM, 16_384, "cortex-m4"),
            Limit(LimitKind.INSTRUCTIONS, 5_500_000, "cortex-m4"),
        ),
        (ApprovalRule(people=("alan@example.com",)), ApprovalRule(2, ("product",), ("owner",), people)),
        ("latest", "release-*", "versions"),
        owners=(
            Owners("*", ApprovalRule(roles=("owner",))),
            Owners("models/", ApprovalRule(1, ("product",), (), people, ("audio",))),
            Owners("docs/*.md", None),
        ),
        checks=(
            RequiredCheck("fuzz", "robot@example.com", "fuzz"),
            RequiredCheck("lab", "robot@example.com", "lab rig"),
        ),
    )


def test_two_files_that_mean_the_same_are_equal() -> None:
    other = read_policy(
        "protected-tags: [release-*, latest, versions]\n"
        "approvals: [{from: [alan@example.com]}, {from: [owner, product], count: 2}]\n"
        "groups: {product: [ada@example.com, grace@example.com]}\n"
        "owners: {'*': owner, models/: ['team:audio', product], docs/*.md: []}\n"
        "checks: {fuzz: robot@example.com/fuzz, lab: robot@example.com/lab rig}\n"
        "limits: {false-alarms-per-hour: 5e-1, recall: {8: 80 %, yes: 90 %}, accuracy: 95%, "
        "instructions: {cortex-m4: 5500 k}, ram: {cortex-m4: 16 KiB}, flash: {c: 1000 kB, cortex-m4: 0.1 MB}, "
        "inference-time: 1500 ms, memory: 65536 B, size: 0.1 MB}\n"
    )
    assert other.policy == read_policy(WHOLE).policy


def test_a_policy_is_the_same_after_json() -> None:
    policy = read_policy(WHOLE).policy
    assert policy is not None
    assert Policy.from_json(policy.to_json()) == policy
    assert Policy.from_json(Policy().to_json()) == Policy()


@each_case("text", ["", "# nothing\n", "limits:\n", "{}\n"])
def test_a_file_that_says_nothing_leaves_all_to_the_default(text: str) -> None:
    assert read_policy(text).policy == Policy()


def test_a_project_without_the_file_has_no_policy_and_no_problem() -> None:
    result = check_policy(MemoryFiles({"Runefile.yml": b""}))
    assert (result.policy, result.diagnostics) == (None, ())


@pytest.mark.protects("reviews/policy-files")
@each_case(
    ("text", "expected"),
    [
        ("limit: {}\n", ("RUNE0008", 1)),
        ("limits:\n  sise: 1 kB\n", ("RUNE0008", 2)),
        ("limits: {size: 1 kB}\nlimits: {}\n", ("RUNE0009", 2)),
        ("limits: {size: 100}\n", ("RUNE0100", 1)),
        ("limits: {size: 0 B}\n", ("RUNE0100", 1)),
        ("limits: {size: -1 kB}\n", ("RUNE0100", 1)),
        ("limits: {size: 1e9 kB}\n", ("RUNE0100", 1)),
        ("limits: {inference-time: 10 kB}\n", ("RUNE0100", 1)),
        ("limits: {accuracy: 101 %}\n", ("RUNE0100", 1)),
        ("limits: {accuracy: .nan}\n", ("RUNE0100", 1)),
        ("limits: {false-alarms-per-hour: .inf}\n", ("RUNE0100", 1)),
        ("limits: {false-alarms-per-hour: -1}\n", ("RUNE0100", 1)),
        ("limits: {false-alarms-per-hour: true}\n", ("RUNE0100", 1)),
        ("limits: {recall: 90 %}\n", ("RUNE0005", 1)),
        ("limits: {recall: {a: 1 %, a: 2 %}}\n", ("RUNE0009", 1)),
        ("limits: [size]\n", ("RUNE0005", 1)),
        ("groups: {owner: [a@b.c]}\n", ("RUNE0011", 1)),
        ("groups: {a: [ada]}\n", ("RUNE0103", 1)),
        ("groups: {a: []}\n", ("RUNE0101", 1)),
        ("approvals: {count: 0}\n", ("RUNE0101", 1)),
        ("approvals: {count: 11}\n", ("RUNE0101", 1)),
        ("approvals: {count: true}\n", ("RUNE0101", 1)),
        ("approvals: {from: []}\n", ("RUNE0101", 1)),
        ("approvals: {from: [prodct]}\n", ("RUNE0103", 1)),
        ("approvals: {count: 2, from: [a@b.c]}\n", ("RUNE0101", 1)),
        ("approvals:\n", ("RUNE0005", 1)),
        ("protected-tags:\n", ("RUNE0005", 1)),
        ('protected-tags: ["a b"]\n', ("RUNE0102", 1)),
        ("owners: [owner]\n", ("RUNE0005", 1)),
        ("checks: [lab]\n", ("RUNE0005", 1)),
        ("checks: {lab: robot@example.com}\n", ("RUNE0105", 1)),
        ("checks: {lab: lab rig}\n", ("RUNE0105", 1)),
        ("checks: {lab: 'robot@example.com/ lab rig'}\n", ("RUNE0105", 1)),
        ("checks: {Lab: robot@example.com/rig}\n", ("RUNE0105", 1)),
        ("checks: {a: r@e.com/x, a: r@e.com/y}\n", ("RUNE0009", 1)),
        ("owners: {models/: }\n", ("RUNE0005", 1)),
        ("owners: {models/: [nobody]}\n", ("RUNE0103", 1)),
        ("owners: {models/: ['team:']}\n", ("RUNE0103", 1)),
        ("owners: {models/: ['team:../x']}\n", ("RUNE0103", 1)),
        ("owners: {../x: [owner]}\n", ("RUNE0104", 1)),
        ("owners: {a//b: [owner]}\n", ("RUNE0104", 1)),
        ("owners: {a**b: [owner]}\n", ("RUNE0104", 1)),
        ("owners: {/: [owner]}\n", ("RUNE0104", 1)),
        ("owners: {'!a': [owner]}\n", ("RUNE0104", 1)),
        ("owners: {models/: [owner], models/: []}\n", ("RUNE0009", 1)),
        ("owners: {" + ", ".join(f"f{number}: [owner]" for number in range(101)) + "}\n", ("RUNE0002", 1)),
        ("protected-tags: [{a: b}]\n", ("RUNE0102", 1)),
        ("- limits\n", ("RUNE0005", 1)),
        ("limits: {size: 1 kB\n", ("RUNE0003", 2)),
        ("limits: {}\n---\nlimits: {}\n", ("RUNE0003", 2)),
        ("limits: &a {size: 1 kB}\n<<: *a\n", ("RUNE0095", 2)),
    ],
)
def test_what_is_wrong_is_said_at_its_place_and_gives_no_policy(text: str, expected: tuple[str, int]) -> None:
    result = read_policy(text)
    assert expected[0] in {code for code, _ in _codes_and_lines(result)}
    assert (result.policy, result.has_errors) == (None, True)


def test_a_number_without_a_unit_gets_one_and_a_fraction_the_per_cent_that_it_likely_means() -> None:
    fixes = [
        [fix.edits[0].text for fix in each.fixes]
        for each in read_policy("limits:\n  size: 100\n  memory: 5 KB\n  accuracy: 0.95\n").diagnostics
    ]
    assert fixes == [["100 kB"], ["5 kB"], ["95 %", "0.95 %"]]


def test_all_that_is_wrong_is_said_at_once() -> None:
    result = read_policy("limits: {size: big, accuracy: much}\nprotected-tags: ['?']\napprovals: [{from: nobody}]\n")
    assert [code for code, _ in _codes_and_lines(result)] == ["RUNE0100", "RUNE0100", "RUNE0102", "RUNE0103"]


@pytest.mark.protects("reviews/policy-files")
def test_a_file_that_is_too_large_or_no_text_is_refused() -> None:
    for data, code in ((b"#" * (MAX_SIZE + 1), "RUNE0002"), (b"\xff\xfe", "RUNE0001")):
        result = check_policy(MemoryFiles({"forge.yml": data}))
        assert ([each.code for each in result.diagnostics], result.policy) == ([code], None)


def test_the_schema_takes_what_the_reader_takes_and_refuses_the_same_mistakes() -> None:
    schema = policy_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    assert not list(
        validator.iter_errors(
            {**yaml.safe_load(WHOLE.replace("8:", "'8':").replace("yes:", "'yes':"))}
            | {"approvals": [{"count": 2, "from": ["owner"]}]}
        )
    )
    mistakes: tuple[dict[str, Any], ...] = (
        {"owners": {"models/": [1]}},
        {"checks": {"lab": "robot@example.com"}},
        {"limit": {}},
        {"limits": {"size": 100}},
        {"limits": {"accuracy": 0.9}},
        {"approvals": [{"count": 0}]},
    )
    assert all(list(validator.iter_errors(wrong)) for wrong in mistakes)


@pytest.mark.protects("reviews/policy-files")
@each_case(
    ("pattern", "tag", "is_protected"),
    [
        ("versions", "1.0", True),
        ("versions", "v2", True),
        ("versions", "_1.0", True),
        ("versions", "v_1.0", True),
        ("versions", "v.2", True),
        ("versions", "_v-l.O_", True),
        ("versions", "_next", False),
        ("versions", "v-next", False),
        ("versions", "latest", False),
        ("versions", "versions", True),
        ("latest", "latest", True),
        ("latest", "latest2", False),
        ("release-*", "release-1", True),
        ("release-*", "prerelease-1", False),
        ("*", "anything", True),
        ("a*b*c", "a-b-b-c", True),
        ("a*b*c", "a-c", False),
        ("a*a", "a", False),
        ("*" + "a*" * 60, "a" * 59 + "b", False),
    ],
)
def test_a_pattern_protects_the_tags_that_it_describes(pattern: str, tag: str, is_protected: bool) -> None:
    assert protects([pattern], tag) is is_protected


def test_a_version_is_a_number_or_v_and_a_number() -> None:
    assert [names_version(tag) for tag in ("1", "1.0-rc", "v2", "vnext", "latest", "V1")] == [
        True, True, True, False, False, True,
    ]  # fmt: skip


def test_what_builds_are_for_is_one_of_a_few_words() -> None:
    whole = read_policy("build: {optimize: speed, optimize-packages: size, match: tflm}")
    assert whole.policy == Policy(build=BuildPreferences("speed", "size", "tflm"))
    assert Policy.from_json(whole.policy.to_json()) == whole.policy
    some = read_policy("build:\n  match: tflm\n  optimize:\n").policy
    assert some == Policy(build=BuildPreferences(match="tflm"))
    assert "build" not in Policy().to_json()  # what was stored of others stays as it is
    for wrong in ("fast", "[speed]", "Speed", "3", "true", "{}"):
        result = read_policy(f"build:\n  optimize: {wrong}")
        assert _codes_and_lines(result)[0][1] == 2, wrong
        assert result.policy is None
        assert "one of `size`, `balanced`, `speed`" in result.diagnostics[0].message
    for wrong in (
        "build: speed",
        "build: {optimise: speed}",
        "build: {match: onnx}",
        "build: {match: tflm, match: tflm}",
    ):
        assert read_policy(wrong).has_errors, wrong
    assert tuple(profile.PROFILES) == RUNTIMES
    jsonschema.validate(yaml.safe_load("build: {optimize: speed, match: tflm}"), policy_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load("build: {optimize: fast}"), policy_schema())
