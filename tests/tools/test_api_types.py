"""The types of the API that the front end is compiled with are those of the description, whatever was there before."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tools.setup import FRONTEND, node_environment


def described(properties: Mapping[str, object]) -> str:
    """A description with one schema, `Build`."""
    schema = {"type": "object", "required": ["id"], "properties": properties}
    info = {"title": "API", "version": "1"}
    return json.dumps({"openapi": "3.0.3", "info": info, "paths": {}, "components": {"schemas": {"Build": schema}}})


DESCRIPTION = described({"id": {"type": "string"}})


def generate(description: Path, target: Path) -> subprocess.CompletedProcess[str]:
    command = ["node", "scripts/api-types.mjs", str(description), str(target)]
    return subprocess.run(
        command, cwd=FRONTEND, env=node_environment(), capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture
def description(tmp_path: Path) -> Path:
    file = tmp_path / "openapi.json"
    file.write_text(DESCRIPTION)
    return file


@pytest.fixture(scope="module")
def types(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The types of `DESCRIPTION`."""
    folder = tmp_path_factory.mktemp("types")
    (folder / "openapi.json").write_text(DESCRIPTION)
    assert generate(folder / "openapi.json", folder / "schema.ts").returncode == 0
    return (folder / "schema.ts").read_text("utf-8")


@pytest.mark.slow
def test_types_are_generated_and_stay_while_nothing_changes(description: Path, types: str, tmp_path: Path) -> None:
    target = tmp_path / "schema.ts"
    assert "export type Build = components['schemas']['Build'];" in types
    target.write_text(types)
    before = target.stat().st_mtime_ns
    assert generate(description, target).returncode == 0
    assert target.stat().st_mtime_ns == before


@pytest.mark.slow
def test_the_longest_texts_of_fields_are_constants(tmp_path: Path) -> None:
    file, target = tmp_path / "openapi.json", tmp_path / "schema.ts"
    file.write_text(described({"name": {"type": "string", "maxLength": 60}, "notes": {"type": "string"}}))
    assert generate(file, target).returncode == 0
    assert target.read_text("utf-8").endswith("export const BuildLengths = { name: 60 } as const;\n")


@pytest.mark.proof
def test_types_of_another_description_are_replaced(description: Path, types: str, tmp_path: Path) -> None:
    target = tmp_path / "schema.ts"
    target.write_text(types)
    description.write_text(description.read_text("utf-8").replace("Build", "Preview"))
    generate(description, target)
    assert "Build" not in target.read_text("utf-8")


@pytest.mark.proof
def test_types_that_somebody_edited_are_replaced(description: Path, types: str, tmp_path: Path) -> None:
    target = tmp_path / "schema.ts"
    target.write_text(types.replace("id: string", "id: number"))
    generate(description, target)
    assert target.read_text("utf-8") == types


@pytest.mark.proof
def test_an_invalid_description_gives_no_types(description: Path, tmp_path: Path) -> None:
    description.write_text('{"no": "description"}')
    assert generate(description, tmp_path / "schema.ts").returncode != 0
    assert not (tmp_path / "schema.ts").exists()
