"""The wheel of this very version, for the command `rune` on other machines, and the npm package for apps: `/dist/`.

The package index has no package of ours, so whoever registers the name there would own who installs it by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forge.core.dist import dist_address, file_digest, npm_package
from forge.core.errors import NotFound
from rune.wording import size_text


@dataclass(frozen=True)
class Wheel:
    """A built wheel."""

    path: Path
    sha256: str
    size: int

    @property
    def address(self) -> str:
        """Where it is served, with its digest, which pip compares."""
        return f"{settings.PUBLIC_URL}/dist/{self.path.name}#sha256={self.sha256}"

    def command(self, extra: str = "") -> str:
        """The command that installs it, with an extra."""
        requirement = f"hammer-forge{f'[{extra}]' if extra else ''} @ {self.address}"
        return f'pip install "{requirement}"'

    @property
    def size_text(self) -> str:
        return size_text(self.size)


def current_wheel() -> Wheel:
    """The wheel that set-up built. Raises `NotFound`."""
    wheels = sorted(Path(settings.WHEEL_DIR).glob("hammer_forge-*.whl"))
    if not wheels:
        raise NotFound("This installation has no wheel. Set-up builds it: make setup")
    status = wheels[0].stat()
    return Wheel(wheels[0], file_digest(wheels[0], status.st_mtime_ns), status.st_size)


def page(request: HttpRequest) -> HttpResponse:
    """The commands that install it."""
    wheel = current_wheel()
    extras = {
        "lsp": "The language server, rune lsp",
        "host-models": "Models that TensorFlow Lite runs, and rune verify",
        "onnx": "Models that ONNX Runtime runs",
    }
    commands = [{"purpose": purpose, "command": wheel.command(extra)} for extra, purpose in extras.items()]
    context = {"wheel": wheel, "command": wheel.command(), "commands": commands}
    tarball = npm_package()
    if tarball is not None:
        context["npm_command"] = f"npm install {dist_address(tarball)}"
    return render(request, "dist.html", context)


def download(request: HttpRequest, name: str) -> HttpResponse:
    """The wheel or the npm package itself."""
    tarball = npm_package()
    if tarball is not None and name == tarball.name:
        response = HttpResponse(tarball.read_bytes(), content_type="application/gzip")
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    wheel = current_wheel()
    if name != wheel.path.name:
        raise NotFound(f"This installation serves {wheel.path.name}.")
    response = HttpResponse(wheel.path.read_bytes(), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Checksum-Sha256"] = wheel.sha256
    return response
