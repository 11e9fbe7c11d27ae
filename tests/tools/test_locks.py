"""A lock that is installed above another names only what it adds."""

from __future__ import annotations

import pytest

from tests.conftest import REPOSITORY
from tests.support.cases import each_case
from tools.packaging.lock import LAYERS, SERVER, added_entries, entries

NUMPY = "numpy==2.4.0 \\\n    --hash=sha256:aa\n"
NUMPY_OF_OLD = "numpy==2.3.0 ; python_full_version < '3.12' \\\n    --hash=sha256:bb\n"
PYTEST = "pytest==9.0.0 \\\n    --hash=sha256:cc\n"
HEADER = "# index of torch: https://example.com\n"


def test_entries_are_packages_with_their_hashes() -> None:
    assert entries(HEADER + NUMPY + PYTEST) == [NUMPY, PYTEST]


@each_case(
    ("whole", "beneath", "expected"),
    [
        ([NUMPY, PYTEST], [NUMPY], [PYTEST]),
        ([NUMPY], [NUMPY], []),
        ([NUMPY], [], [NUMPY]),
        # Beneath it is for old versions of Python alone.
        ([NUMPY_OF_OLD.replace(" ; python_full_version < '3.12'", "")], [NUMPY_OF_OLD], ["numpy==2.3.0 "]),
        # Above it is asked for on fewer systems than it is installed on.
        ([NUMPY.replace(" \\", " ; sys_platform == 'linux' \\")], [NUMPY], []),
    ],
)
def test_what_is_beneath_is_not_named_again(whole: list[str], beneath: list[str], expected: list[str]) -> None:
    assert [each[: len(want)] for each, want in zip(added_entries(whole, beneath), expected, strict=True)] == expected


@pytest.mark.parametrize("name", LAYERS)
def test_no_layer_names_what_the_server_has(name: str) -> None:
    server, layer = (entries((REPOSITORY / each).read_text("utf-8")) for each in (SERVER, name))
    assert len(server) > 50
    assert added_entries(layer, server) == layer
