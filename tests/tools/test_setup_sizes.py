"""The sizes that set-up names were measured of the locks that it installs."""

from __future__ import annotations

import json

import pytest

from rune.environments.analysis import ANALYSIS
from tools.packaging.sizes import MEASURED, digest_of
from tools.setup import SETS, SIZES, size_text

RECORDED = json.loads(SIZES.read_text("utf-8"))


def test_each_size_is_of_the_lock_as_it_is() -> None:
    assert {name: row["lock"] for name, row in RECORDED.items()} == {
        name: digest_of(lock) for name, (lock, _) in MEASURED.items()
    }


@pytest.mark.parametrize("set_name", SETS)
def test_the_size_of_a_set_is_the_sum_of_its_locks(set_name: str) -> None:
    names = ["server", *(name.removesuffix(".txt") for name in SETS[set_name][0])]
    download, disk = (sum(RECORDED[name][kind] for name in names) for kind in ("download", "disk"))
    assert size_text("server", *SETS[set_name][0]) == f"{download} MB to download, {disk} MB on disk"
    assert 50 < download < disk


def test_the_environment_says_what_was_measured() -> None:
    assert (ANALYSIS.download, ANALYSIS.disk) == (RECORDED["analysis"]["download"], RECORDED["analysis"]["disk"])


def test_what_only_tests_need_is_not_installed_for_a_start() -> None:
    assert RECORDED["frontend"]["disk"] < RECORDED["frontend-whole"]["disk"]
