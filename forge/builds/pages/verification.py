"""How a build's rune stands to the reference interpreter, in words for a page."""

from __future__ import annotations

from dataclasses import dataclass

from forge.builds.models import Build


@dataclass(frozen=True)
class Verification:
    """The result of the comparison with the reference. `is_good` is None where nothing could be compared."""

    is_good: bool | None
    sentence: str
    reference: str


def verification_of(build: Build) -> Verification | None:
    """How a build's rune stands to the reference interpreter; None for one that was built before this step."""
    result = build.artefact.report.get("verify") if build.artefact is not None else None
    if result is None:
        return None
    is_compared = result["complete"] and any(model["inputs"] for model in result["models"])
    sentence = str(result["sentence"])
    return Verification(
        bool(result["within"]) if is_compared else None,
        sentence[:1].upper() + sentence[1:],
        result["reference"] or "",
    )
