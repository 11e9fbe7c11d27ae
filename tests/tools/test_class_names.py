"""The check of names of classes, first on what it must refuse."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.support.cases import each_case
from tools.checks.class_names import (
    FRAMEWORK,
    SHARED_NAMES,
    repeated_classes,
    repeated_types,
    script_sources_of,
    sources_of,
    unused_permissions,
)


@each_case(
    ("other", "line"),
    [
        ("class Reader: pass\n", 1),
        ("x = 1\nclass Reader(Base):\n    pass\n", 2),
        ("if True:\n    class Reader: pass\n", 2),
        ("def f():\n    class Reader: pass\n", 2),
        ("class Outer:\n    class Reader: pass\n", 2),
    ],
)
def test_a_name_of_two_classes_is_refused(other: str, line: int) -> None:
    (message,) = repeated_classes({"forge/a.py": "\nclass Reader: pass\n", "rune/b.py": other})
    assert message == f"forge/a.py:2, rune/b.py:{line}: the class name Reader: name each class after its thing"


@each_case("test", ["class Reader: pass\n", "class Reader(Base):\n    x = 1\n"])
def test_a_class_of_a_test_has_a_name_of_its_own(test: str) -> None:
    texts = {"forge/a.py": "class Reader: pass\n", "tests/test_a.py": test}
    assert len(list(repeated_classes(texts))) == 1
    assert len(list(repeated_classes({"tests/test_b.py": test, "tests/test_a.py": test}))) == 1


def test_a_class_within_a_function_of_a_test_may_have_any_name() -> None:
    texts = {"forge/a.py": "class Reader: pass\n", "tests/test_a.py": "def test_a():\n    class Reader: pass\n"}
    assert not list(repeated_classes(texts))


def test_a_private_name_and_two_classes_of_one_module_are_refused() -> None:
    assert len(list(repeated_classes({"a.py": "class _R: pass\n", "b.py": "class _R: pass\n"}))) == 1
    assert len(list(repeated_classes({"a.py": "class R: pass\nclass R: pass\n"}))) == 1


@each_case("name", sorted(SHARED_NAMES))
def test_a_third_class_and_a_second_one_elsewhere_have_no_shared_name(name: str) -> None:
    sources = dict.fromkeys(SHARED_NAMES[name], f"class {name}: pass\n")
    assert not list(repeated_classes(sources))
    assert len(list(repeated_classes(sources | {"lab/x.py": f"class {name}: pass\n"}))) == 1
    first = min(SHARED_NAMES[name])
    assert len(list(repeated_classes({first: sources[first], "lab/x.py": f"class {name}: pass\n"}))) == 1
    assert len(list(repeated_classes({first: sources[first] * 2}))) == 1


@each_case("name", sorted(FRAMEWORK))
def test_a_name_that_a_framework_looks_up_may_be_repeated(name: str) -> None:
    assert not list(repeated_classes({"a.py": f"class {name}: pass\n", "b.py": f"class {name}: pass\n"}))


def test_an_example_is_a_project_of_its_own() -> None:
    text = "class Round: pass\n"
    assert not list(repeated_classes({"examples/words/a.py": text, "forge/a.py": text, "examples/motion/a.py": text}))
    assert len(list(repeated_classes({"examples/words/a.py": text, "examples/words/b.py": text}))) == 1


def test_a_shared_name_that_is_gone_is_refused() -> None:
    everything = {path: f"class {name}: pass\n" for name, paths in SHARED_NAMES.items() for path in paths}
    everything["forge/builds/models.py"] = "class Build: pass\nclass Preview: pass\n"
    assert not list(unused_permissions(everything))
    (message,) = unused_permissions(everything | {"rune/tools/api/built.py": "class Built: pass\n"})
    assert message.startswith("rune/tools/api/built.py: it has no class Build any more")


def test_a_checkout_is_read_without_migrations(tmp_path: Path) -> None:
    for name in ("a.py", "tests/test_a.py", "app/migrations/0001.py", "page.ts", "untracked.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    for command in (["init", "-q"], ["add", "a.py", "tests", "app", "page.ts"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    assert sources_of(tmp_path) == {"a.py": "x = 1\n", "tests/test_a.py": "x = 1\n"}


@each_case(
    "other",
    [
        "export interface Wire {}\n",
        "export type Wire = string;\n",
        "export class Wire {}\n",
        "export abstract class Wire {}\n",
        "export default class Wire {}\n",
        "export declare class Wire {}\n",
        "export enum Wire {}\n",
        "export const enum Wire {}\n",
    ],
)
def test_a_name_of_two_exported_types_is_refused(other: str) -> None:
    (message,) = repeated_types({"frontend/src/a.ts": "\nexport interface Wire {}\n", "frontend/src/b.tsx": other})
    assert message.startswith("frontend/src/a.ts:2, frontend/src/b.tsx:1: the type name Wire")


@each_case(
    "other",
    [
        "export type { Wire } from './a';\n",
        "export { type Wire, wires } from './a';\n",
        "interface Wire {}\n",
        "export const Wire = 1;\n",
        "export interface WireProps {}\n",
    ],
)
def test_an_export_of_another_modules_type_and_a_private_one_are_no_second_one(other: str) -> None:
    assert not list(repeated_types({"frontend/src/a.ts": "export interface Wire {}\n", "frontend/src/b.ts": other}))


def test_the_properties_of_a_component_may_be_named_props() -> None:
    text = "export interface Props {}\n"
    assert not list(repeated_types({"frontend/src/a.tsx": text, "frontend/src/b.tsx": text}))


def test_the_tracked_modules_of_the_front_end_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "frontend/src/studio"
    folder.mkdir(parents=True)
    for name in ("a.ts", "b.tsx", "a.test.ts", "untracked.ts"):
        (folder / name).write_text("export interface Wire {}\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    paths = ["frontend/src/studio/a.ts", "frontend/src/studio/b.tsx", "frontend/src/studio/a.test.ts"]
    subprocess.run(["git", "add", *paths], cwd=tmp_path, check=True)
    assert sorted(script_sources_of(tmp_path)) == paths[:2]
