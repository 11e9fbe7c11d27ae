"""A server with an agent's draft."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.servers.forge_with_draft import ForgeWithDraft


@pytest.fixture
def forge_with_draft(tmp_path: Path) -> Iterator[ForgeWithDraft]:
    forge = ForgeWithDraft(tmp_path / "data")
    forge.seed()
    with forge:
        yield forge
