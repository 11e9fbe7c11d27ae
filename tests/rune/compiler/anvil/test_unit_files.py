"""The files of a unit are its own and all that it includes, as the compiler finds them."""

from __future__ import annotations

from rune.compiler.anvil.compiling.unit_files import unit_files

FILES = {
    "main.c": b'#include <stdint.h>\n#include "common/first.h"\n#if 0\n # include "second.h"\n#endif\n#embed "data"\n',
    "other.c": b'#include "first.h"\n',
    "common/first.h": b'#include "deep.h"\n',
    "common/second.h": b'#include "../kernels/third.h"\n',
    "common/deep.h": b'#include "first.h"\n',
    "kernels/third.h": b'#include "deep.h"\n#include "../kernels/fourth.h"\n',
    "kernels/deep.h": b"",
    "kernels/fourth.h": b'/* includes no "fifth.h" */\n',
    "kernels/fifth.h": b"",
    "data": b"\xff",
}


def test_a_unit_has_its_own_file_and_what_that_includes() -> None:
    names = ("common/deep.h", "common/first.h", "other.c")
    assert unit_files("other.c", FILES) == {name: FILES[name] for name in names}


def test_a_file_is_found_beside_the_one_that_names_it_and_else_in_the_common_folder() -> None:
    assert list(unit_files("main.c", FILES)) == sorted(FILES.keys() - {"other.c", "kernels/fifth.h"})


def test_what_is_not_among_the_files_is_left_to_the_compiler() -> None:
    assert list(unit_files("main.c", {"main.c": b'#include "/etc/passwd"\n#include "../away.h"\n'})) == ["main.c"]
