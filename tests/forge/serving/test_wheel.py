"""Every installation serves its own wheel, with its digest; no page advises to install a name that is not ours."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import sysconfig
import venv
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from forge.core.dist import npm_package
from forge.core.errors import NotFound
from forge.serving.wheel import current_wheel, needed_runtime
from rune import __version__
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.django_db

BY_NAME = re.compile(r"\b(?:pip|pipx|uv|uvx)\b[^\n`]*?hammer[-_]forge(?![\w.-]*\.whl)(?!\S* @ )", re.IGNORECASE)
"""A command that would ask the package index for the name."""
PATTERNS = ("*.py", "*.md", "*.html", "*.ts", "*.tsx", "*.ipynb", "*.json", "*.yaml", "*.sh", "Dockerfile", "Makefile")


def test_the_search_finds_a_command_that_names_the_package_alone() -> None:
    for bad in (
        "pip install hammer-forge",
        "pip install 'hammer-forge[lsp]'",
        "uv tool install hammer_forge",
        "uvx hammer-forge",
    ):
        assert BY_NAME.search(bad), bad
    for good in (
        "pip install 'hammer-forge[lsp] @ http://a/dist/x.whl'",
        "pip install a/hammer_forge-0.1.0-py3-none-any.whl",
    ):
        assert not BY_NAME.search(good), good


@pytest.mark.slow
@pytest.mark.protects("operation/package-names")
def test_no_page_message_or_document_installs_the_name_from_the_index() -> None:
    process = subprocess.run(["git", "ls-files", *PATTERNS], cwd=REPOSITORY, check=True, capture_output=True, text=True)
    matches = {
        path: match[0]
        for path in process.stdout.splitlines()
        if (REPOSITORY / path).is_file() and path != "tests/forge/serving/test_wheel.py"
        if (match := BY_NAME.search((REPOSITORY / path).read_text("utf-8", "replace")))
    }
    assert matches == {}


@pytest.mark.usefixtures("wheels")
@pytest.mark.protects("operation/package-names")
def test_the_page_gives_a_command_with_the_digest_of_the_file_that_is_served() -> None:
    text = unescape(Client().get("/dist/").content.decode())
    name = f"hammer_forge-{__version__}-py3-none-any.whl"
    file = Client().get(f"/dist/{name}")
    digest = hashlib.sha256(file.content).hexdigest()
    runtime_name = f"hammer_forge_runtime-{__version__}-py3-none-any.whl"
    runtime_digest = hashlib.sha256(Client().get(f"/dist/{runtime_name}").content).hexdigest()
    runtime = f'"hammer-forge-runtime @ {settings.PUBLIC_URL}/dist/{runtime_name}#sha256={runtime_digest}"'
    assert f'pip install "hammer-forge @ {settings.PUBLIC_URL}/dist/{name}#sha256={digest}" {runtime}' in text
    assert f'pip install "hammer-forge[lsp] @ {settings.PUBLIC_URL}/dist/{name}#sha256={digest}" {runtime}' in text
    assert f"pip install {runtime}" in text
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert Client().get("/dist/hammer_forge-9.9.9-py3-none-any.whl").status_code == 404
    assert Client().get("/dist/..%2Fmanage.py").status_code == 404


@pytest.mark.usefixtures("wheels")
def test_the_npm_package_is_served_beside_the_wheel() -> None:
    tarball = npm_package()
    assert tarball is not None, "the front end's build writes it"
    assert f"npm install {settings.PUBLIC_URL}/dist/{tarball.name}" in Client().get("/dist/").content.decode()
    assert Client().get(f"/dist/{tarball.name}").content == tarball.read_bytes()
    assert Client().get("/dist/hammer-forge-rune-9.9.9.tgz").status_code == 404


def test_an_installation_without_its_wheel_says_so(tmp_path: Path, settings: Any) -> None:
    settings.WHEEL_DIR = tmp_path
    with pytest.raises(NotFound, match="make setup"):
        current_wheel()


@pytest.mark.proof
@pytest.mark.protects("operation/package-names")
def test_the_wheel_installs_into_a_new_environment_and_rune_runs_from_it(tmp_path: Path) -> None:
    venv.create(tmp_path / "new")
    python = tmp_path / "new" / "bin" / "python"
    (packages,) = (tmp_path / "new").glob("lib/python3*/site-packages")
    wheel = current_wheel()
    requirement = f"hammer-forge @ {wheel.path.as_uri()}#sha256={wheel.sha256}"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*pip, requirement, str(needed_runtime())], check=True)
    # Its libraries are those of this environment, so that no network is needed.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    rune = str(tmp_path / "new" / "bin" / "rune")
    output = subprocess.run([rune, "version"], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert __version__ in output
    subprocess.run([rune, "new", "sine", "app"], cwd=tmp_path, check=True, capture_output=True)
    subprocess.run([rune, "check", "app"], cwd=tmp_path, check=True, capture_output=True)
    place = "import rune; print(rune.__file__)"
    where = subprocess.run([str(python), "-c", place], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert where.startswith(str(packages))
