"""The names of a rune's files of C, with which its functions begin."""

from __future__ import annotations

import re

from rune.compiler.targets.c.names import LONGEST, file_stem


def test_the_files_of_runes_whose_names_have_letters_of_other_scripts_differ() -> None:
    others = ("猫の声", "犬の声", "温度1", "湿度1", "1 " * 40 + "声", "приложение app", "программа app", "🐱", "🐶")
    stems = [file_stem(name) for name in others]
    assert len(set(stems)) == len(others)
    assert all(re.fullmatch(r"[A-Za-z0-9](_?[A-Za-z0-9])*", each) and len(each) <= LONGEST for each in stems)
    assert [file_stem(name) for name in ("kitchen", "Küche", "2048", "float")] == [
        "kitchen",
        "K_che",
        "2048",
        "float_rune",
    ]


def test_the_files_of_runes_whose_names_have_no_character_of_c_differ() -> None:
    assert file_stem("!!!") != file_stem("???")
    assert file_stem("!!!").startswith("app_")
    assert file_stem("1-2") == "1_2"
