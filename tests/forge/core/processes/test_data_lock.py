"""The data folder has one user alone or several that share it, and its lock ends with its process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from forge.core.processes.data_lock import DataInUse, Use, data_folder

EXCLUDING = [(Use.ALONE, Use.ALONE), (Use.ALONE, Use.SHARED), (Use.SHARED, Use.ALONE)]


@pytest.mark.protects("operation/shared-data")
@pytest.mark.parametrize(("first", "second"), EXCLUDING)
def test_what_excludes_another_use_is_refused_and_named(tmp_path: Path, first: Use, second: Use) -> None:
    with (
        data_folder(tmp_path, first),
        pytest.raises(DataInUse, match=f"in use by process {os.getpid()} on "),
        data_folder(tmp_path, second),
    ):
        pass
    with data_folder(tmp_path, second):
        pass


def test_several_may_share_and_a_new_folder_is_private(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with data_folder(data, Use.SHARED), data_folder(data, Use.SHARED):
        assert data.stat().st_mode & 0o777 == 0o700
