"""`rune lsp` where the packages of its extra are not installed."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.slow
def test_without_its_package_the_command_says_what_to_install() -> None:
    program = "import sys; sys.modules['pygls'] = None; from rune.tools.cli import main; main(['lsp'])"
    process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert process.returncode == 1
    assert process.stdout == ""
    assert "needs the package pygls" in process.stderr
    assert (
        "`pip install '.[lsp]'` in a clone of Hammer Forge, or the command on your server's page /dist/"
        in process.stderr
    )
