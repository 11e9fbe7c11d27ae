"""The bill of materials of the front end."""

from __future__ import annotations

import json

import pytest

from tools.packaging.bom import frontend_bom, reproducible
from tools.setup import FRONTEND


@pytest.mark.proof
def test_the_front_ends_bill_names_each_package_of_the_lock_with_its_digest() -> None:
    lock = json.loads((FRONTEND / "package-lock.json").read_text("utf-8"))["packages"]
    packages = {(path.rpartition("node_modules/")[2], package["version"]) for path, package in lock.items() if path}
    bom = json.loads(frontend_bom())
    assert bom["bomFormat"] == "CycloneDX"
    components = {(component["purl"], bool(component.get("hashes"))) for component in bom["components"]}
    expected = {(f"pkg:npm/{name.replace('@', '%40')}@{version}", True) for name, version in packages}
    assert expected - components == set()


def test_two_runs_give_the_same_bytes() -> None:
    first, second = (
        {"serialNumber": f"urn:uuid:{run}", "metadata": {"timestamp": run, "tools": []}, "components": []}
        for run in ("1", "2")
    )
    assert reproducible(first) == reproducible(second) != ""
