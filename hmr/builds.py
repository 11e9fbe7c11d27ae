"""A build of the project's files, as the server made it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hmr.errors import HmrError
from hmr.server import ProjectServer, reads_answers
from rune.tools.remote.api import get, post

if TYPE_CHECKING:
    from forge_api.shapes import Build, Diagnostic

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
    """The accuracy of the answers to the project's test samples, from 0 to 1; None without such samples."""
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


@reads_answers
def build(server: ProjectServer, seconds: float) -> BuiltRune:
    """Builds the project as it is now. Raises `HmrError`, `build-failed` with the problems of its files."""
    begun_build = server.ask(post("/projects/{organisation}/{name}/builds", **server.names))
    row = wait_for_build(server, begun_build["id"], seconds)
    page = f"{server.page}/builds/{row['number']}"
    data = server.download(get("/builds/{build_id}/rune", build_id=row["id"]), _LARGEST_RUNE)
    report, evaluation = row["report"], row["evaluation"]
    arena = None if report is None else report["memory"]["arena"]
    accuracy = None if evaluation is None else evaluation["accuracy"]
    return BuiltRune(row["id"], row["number"] or 0, len(data), arena, accuracy, page, data)


@reads_answers
def wait_for_build(server: ProjectServer, build_id: str, seconds: float) -> Build:
    """A build that began, once it succeeded. Raises `HmrError`, `build-failed` with the problems of its files."""
    request = get("/builds/{build_id}", build_id=build_id)
    row = server.wait(request, lambda each: each["state"] not in _RUNNING, seconds, "The build")
    if row["state"] == "succeeded":
        return row
    problems = [_problem(each) for each in row["diagnostics"] if each["severity"] == "error"]
    reason = "\n".join(problems) or row["error"] or f"Its state is {row['state']}."
    raise HmrError("build-failed", f"Build {row['number']} failed.\n{reason}\n{server.page}/builds/{row['number']}")


def _problem(diagnostic: Diagnostic) -> str:
    return f"{diagnostic['code']}: {diagnostic['message']}"
