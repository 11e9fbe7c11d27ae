"""The script of a training run has every name that it uses: it is put together from sources and texts."""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import NETWORK_RECIPES
from lab.training import step
from lab.training.script import script_text
from lab.training.settings import RunSettings
from tests.support.cases import each_case
from tests.support.training.backbones import usable


def unbound_names(source: str) -> set[str]:
    """The names that a module reads from its globals and neither defines, imports nor has from Python."""
    module = symtable.symtable(source, "script.py", "exec")
    bound = {each.get_name() for each in module.get_symbols() if each.is_assigned() or each.is_imported()}
    return {name for table in _tables(module) for name in _globals(table)} - bound - {*vars(builtins), "__file__"}


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _globals(table: symtable.SymbolTable) -> Iterator[str]:
    is_module = table.get_type() == "module"
    return (each.get_name() for each in table.get_symbols() if each.is_referenced() and (is_module or each.is_global()))


def test_a_name_that_nothing_defines_is_reported() -> None:
    assert unbound_names("import os\n\ndef f(x):\n    return [Part(x, os, y) for y in x]\n") == {"Part"}


@each_case("name", NETWORK_RECIPES)
def test_a_script_defines_each_name_that_it_uses(name: str) -> None:
    recipe = usable(name)
    settings = RunSettings(recipe, read_arguments(recipe.arguments, {}, name), 7, ("one", "two"), "digest")
    assert unbound_names(script_text(settings)) == set()


def test_a_script_imports_from_each_module_once() -> None:
    recipe = usable("motion")
    settings = RunSettings(recipe, read_arguments(recipe.arguments, {}, "motion"), 7, ("one", "two"), "data", "teacher")
    modules = [each.module for each in ast.parse(script_text(settings)).body if isinstance(each, ast.ImportFrom)]
    assert "collections.abc" in modules
    assert len(set(modules)) == len(modules)


@pytest.mark.parametrize(
    ("argument", "value", "setting"), [("smoothing", 0.1, "smoothing=0.1"), ("balance", 0, "is_balanced=False")]
)
def test_a_script_counts_labels_as_its_run_did(argument: str, value: float, setting: str) -> None:
    recipe = usable("motion")

    def settings_line(arguments: dict[str, float]) -> str:
        values = read_arguments(recipe.arguments, arguments, "motion")
        text = script_text(RunSettings(recipe, values, 7, ("one", "two"), "digest"))
        return next(line for line in text.splitlines() if line.startswith("SETTINGS = "))

    usual = settings_line({})
    assert settings_line({argument: value}) == f"{usual[:-1]}, {setting})"


def test_a_script_has_the_threads_of_its_run() -> None:
    """The threads within an operator decide the order of its sums, and so the last bits of the curves."""
    recipe = usable("motion")
    settings = RunSettings(recipe, read_arguments(recipe.arguments, {}, "motion"), 7, ("one", "two"), "digest")
    text = script_text(settings)
    threads = (Path(step.__file__).parent / "loop" / "threads.py").read_text("utf-8")
    assert threads[threads.index("def set_threads") :] in text
    assert "set_threads(SETTINGS.batch * inputs[0].size)" in text
    assert "TF_NUM_INTRAOP_THREADS" not in text
    assert 'set_threads(values["batch"] * math.prod(shape)' in Path(step.__file__).read_text("utf-8")


def test_a_script_with_a_teacher_reads_it_from_the_file_beside_it() -> None:
    recipe = usable("motion")
    settings = RunSettings(recipe, read_arguments(recipe.arguments, {}, "motion"), 7, ("one", "two"), "data", "teacher")
    text = script_text(settings)
    assert unbound_names(text) == set()
    assert 'teacher_of((folder / "teacher.float.tflite").read_bytes())' in text
    assert "has_teacher=True" in text
