"""A build of the project's files, as the server made it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hmr.errors import HmrError
from hmr.server import ProjectServer

if TYPE_CHECKING:
    import rune

BUILD_SECONDS = 300.0
_LARGEST_RUNE = 256 * 1024 * 1024
_RUNNING = frozenset({"queued", "running"})


@dataclass(frozen=True)
class BuiltRune:
    """A build that succeeded. Sizes are in bytes."""

    id: str
    number: int
    size: int
    arena: int | None
    """The memory that the rune plans for its tensors."""
    accuracy: float | None
    """Of the answers to the project's test samples, from 0 to 1; None without such samples."""
    page: str
    data: bytes
    """The rune itself."""

    def load(self) -> rune.Rune:
        """The rune, ready to be called here."""
        from rune import load

        return load(self.data)

    def __repr__(self) -> str:
        parts = [f"Build {self.number}", f"{self.size / 1000:,.1f} kB"]
        if self.arena is not None:
            parts.append(f"{self.arena / 1000:,.1f} kB of memory")
        if self.accuracy is not None:
            parts.append(f"accuracy {self.accuracy:.1%}")
        return ", ".join([*parts, self.page])


def build(server: ProjectServer, seconds: float) -> BuiltRune:
    """Builds the project as it is now. Raises `HmrError`, `build-failed` with the problems of its files."""
    begun = server.ask("POST", server.here("/builds"), {})
    row = wait_for_build(server, begun["id"], seconds)
    page = f"{server.page}/builds/{row['number']}"
    data = server.download(f"/builds/{row['id']}/rune", _LARGEST_RUNE)
    report, evaluation = row["report"] or {}, row["evaluation"] or {}
    return BuiltRune(
        row["id"],
        row["number"],
        len(data),
        report.get("memory", {}).get("arena"),
        evaluation.get("accuracy"),
        page,
        data,
    )


def wait_for_build(server: ProjectServer, build_id: str, seconds: float) -> dict[str, Any]:
    """A build that began, once it succeeded. Raises `HmrError`, `build-failed` with the problems of its files."""
    row = server.wait(f"/builds/{build_id}", lambda each: each["state"] not in _RUNNING, seconds, "The build")
    if row["state"] == "succeeded":
        return row
    problems = [_problem(each) for each in row["diagnostics"] if each.get("severity") == "error"]
    reason = "\n".join(problems) or row["error"] or f"Its state is {row['state']}."
    raise HmrError("build-failed", f"Build {row['number']} failed.\n{reason}\n{server.page}/builds/{row['number']}")


def _problem(diagnostic: dict[str, Any]) -> str:
    return f"{diagnostic.get('code', 'error')}: {diagnostic.get('message', '')}"
