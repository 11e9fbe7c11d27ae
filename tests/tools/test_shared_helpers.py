"""A helper that tests of several folders use stands in tests/support."""

from __future__ import annotations

from tests.support.cases import each_case
from tools.checks.shared_helpers import foreign_imports

HELPERS = {
    "tests/conftest.py": "",
    "tests/forge/builds/helpers.py": "",
    "tests/forge/builds/conftest.py": "",
    "tests/forge/builds/test_builds.py": "",
    "tests/support/servers/live.py": "",
}


@each_case(
    "line",
    [
        "from tests.forge.builds.helpers import built",
        "from tests.forge.builds import helpers",
        "from tests.forge.builds.conftest import warm",
        "from tests.forge.builds.test_builds import RUNEFILE",
        "def late():\n    from tests.forge.builds.helpers import built",
    ],
)
def test_a_helper_of_another_folder_is_refused(line: str) -> None:
    texts = HELPERS | {"tests/forge/reviews/test_reviews.py": line}
    (message,) = foreign_imports(texts)
    assert message.startswith("tests/forge/reviews/test_reviews.py:")
    assert message.endswith("move it to tests/support")


@each_case(
    ("path", "line"),
    [
        ("tests/forge/builds/test_logs.py", "from tests.forge.builds.helpers import built"),
        ("tests/forge/builds/runs/test_runs.py", "from tests.forge.builds.helpers import built"),
        ("tests/forge/test_acts.py", "from tests.forge.builds.helpers import built"),
        ("tests/forge/reviews/test_reviews.py", "from tests.support.servers.live import LiveForge"),
        ("tests/forge/reviews/test_reviews.py", "from tests.support.servers import live"),
        ("tests/forge/reviews/test_reviews.py", "from tests.conftest import REPOSITORY"),
        ("tests/proof/test_again.py", "from tests.forge.builds.test_builds import test_a_build_ends"),
        ("tests/forge/reviews/test_reviews.py", "from forge.builds.models import Build"),
    ],
)
def test_what_is_near_or_shared_is_not_refused(path: str, line: str) -> None:
    assert list(foreign_imports(HELPERS | {path: line})) == []
