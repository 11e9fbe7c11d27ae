"""The wheels of this very version, for the command `rune` and for programs on other machines, and the npm package for
apps: `/dist/`.

The package index has no package of ours, so a stranger who registers the name there would own who installs it by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forge.core.dist import (
    device_wheel,
    digest_of_file,
    dist_address,
    notebook_wheel,
    npm_package,
    pip_requirement,
    runtime_wheel,
)
from forge.core.errors import NotFound
from rune.wording import listed, size_text


def needed_runtime() -> Path:
    """The wheel of the runtime. Raises `NotFound`."""
    file = runtime_wheel()
    if file is None:
        raise NotFound("This installation has no wheel of the runtime. Set-up builds it: make setup")
    return file


def runtime_requirement() -> str:
    """Returns the requirement of the runtime for pip. Raises `NotFound`."""
    return pip_requirement("hammer-forge-runtime", needed_runtime())


@dataclass(frozen=True)
class Wheel:
    """A built wheel."""

    path: Path
    sha256: str
    size: int

    def command(self, extra: str = "") -> str:
        """The command that installs it, with an extra, and the runtime that it needs. Raises `NotFound`."""
        requirement = pip_requirement(f"hammer-forge{f'[{extra}]' if extra else ''}", self.path)
        return f'pip install "{requirement}" "{runtime_requirement()}"'

    @property
    def size_text(self) -> str:
        return size_text(self.size)


def current_wheel() -> Wheel:
    """The wheel that set-up built. Raises `NotFound`."""
    wheels = sorted(Path(settings.WHEEL_DIR).glob("hammer_forge-*.whl"))
    if not wheels:
        raise NotFound("This installation has no wheel. Set-up builds it: make setup")
    return Wheel(wheels[0], digest_of_file(wheels[0]), wheels[0].stat().st_size)


def page(request: HttpRequest) -> HttpResponse:
    """The commands that install it."""
    wheel = current_wheel()
    extras = {
        "lsp": "The language server, rune lsp",
        "host-models": "Models that TensorFlow Lite runs, and rune verify",
        "onnx": "Models that ONNX Runtime runs",
    }
    commands = [{"purpose": purpose, "command": wheel.command(extra)} for extra, purpose in extras.items()]
    runtime = f'pip install "{runtime_requirement()}"'
    context = {"wheel": wheel, "command": wheel.command(), "commands": commands, "runtime_command": runtime}
    notebooks = notebook_wheel()
    if notebooks is not None:
        sdk = pip_requirement("hammer-forge-hmr", notebooks)
        context["notebook_command"] = f'pip install "{runtime_requirement()}" "{sdk}"'
    devices = device_wheel()
    if devices is not None:
        daemon = pip_requirement("hammer-forge-hmrd", devices)
        context["device_command"] = f'pip install "{runtime_requirement()}" "{daemon}"'
    tarball = npm_package()
    if tarball is not None:
        context["npm_command"] = f"npm install {dist_address(tarball)}"
    return render(request, "site/dist.html", context)


def download(request: HttpRequest, name: str) -> HttpResponse:
    """A wheel or the npm package itself."""
    tarball = npm_package()
    if tarball is not None and name == tarball.name:
        response = HttpResponse(tarball.read_bytes(), content_type="application/gzip")
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    wheels = (current_wheel().path, needed_runtime(), notebook_wheel(), device_wheel())
    files = {file.name: file for file in wheels if file is not None}
    if name not in files:
        raise NotFound(f"This installation serves {listed(list(files))}.")
    response = HttpResponse(files[name].read_bytes(), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Checksum-Sha256"] = digest_of_file(files[name])
    return response
