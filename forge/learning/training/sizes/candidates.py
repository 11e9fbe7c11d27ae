"""Settings of a recipe that are counted, with the digest of all that their figures follow from. Pure but for the digest
of the toolchain, which is read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from forge.learning.conversions.settings_digest import converter_digest
from rune.compiler.building.spec import canonical_digest


@dataclass(frozen=True)
class CountedBackbone:
    """The file behind which a recipe learns: its path in the project, and the digest of its bytes."""

    path: str = ""
    digest: str = ""


@dataclass(frozen=True)
class CountedShape:
    """The facts from which the figures of a recipe follow, beside its arguments. `labels` is the number of labels, and
    `columns` how many columns its tables have, 0 where they are not known."""

    recipe: str
    form: str
    labels: int
    columns: int = 0
    backbone: CountedBackbone = CountedBackbone()


@dataclass(frozen=True)
class SizeCandidate:
    """Settings that are counted on a target."""

    shape: CountedShape
    arguments: Mapping[str, float]
    target: str

    @cached_property
    def key(self) -> str:
        """The digest of all that its figures follow from."""
        shape = self.shape
        return canonical_digest(
            {
                "recipe": shape.recipe,
                "form": shape.form,
                "labels": shape.labels,
                "columns": shape.columns,
                "backbone": [shape.backbone.path, shape.backbone.digest],
                "arguments": {name: self.arguments[name] for name in sorted(self.arguments)},
                "target": self.target,
                "toolchain": converter_digest(),
            }
        )
