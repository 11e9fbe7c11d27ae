"""The comparison of a build's rune with the reference interpreter, in words for a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from forge.builds.models import Build
from rune.source.runefile.codes import Code

_UNPROVEN: Final = frozenset({"other-toolchain", "impossible", "no-project"})
"""Results of building again that prove nothing (`rune.assessment.verify.runes.rebuild_result`)."""


@dataclass(frozen=True)
class ShownVerification:
    """The result of the comparison with the reference. `is_good` is None where nothing could be compared, and
    `is_unproven` says that nothing is wrong but the rune was not built again. `seed` repeats the generated inputs."""

    is_good: bool | None
    sentence: str
    reference: str
    is_unproven: bool = False
    seed: int | None = None
    guesses: tuple[str, ...] = ()
    """Sentences about models whose arithmetic is right and whose ranges are those of random numbers."""


def verification_of(build: Build) -> ShownVerification | None:
    """Returns how a build's rune compares with the reference interpreter; None for a build from before this step
    existed."""
    if build.artefact is None:
        return None
    result = build.artefact.report.get("verify")
    if result is None:
        return None
    is_compared = result["complete"] and any(model["inputs"] for model in result["models"])
    sentence = str(result["sentence"])
    return ShownVerification(
        bool(result["within"]) if is_compared else None,
        sentence[:1].upper() + sentence[1:],
        result["reference"] or "",
        is_unproven=bool(result["within"]) and (result.get("rebuild") or {}).get("state") in _UNPROVEN,
        seed=result.get("seed"),
        guesses=tuple(
            each["message"] for each in build.artefact.diagnostics if each["code"] == Code.GUESSED_RANGES.value
        ),
    )
