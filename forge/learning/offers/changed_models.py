"""The models that changed between two states of a project's files, side by side as on the page of their conversion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forge.core.actors import Actor
from forge.learning.conversions.kinds import FLOAT
from forge.learning.models import ConvertedForm, ModelConversion
from forge.learning.pages.comparison import RANGE_WIDTH, FormComparison, compared_forms
from forge.projects.models import Project
from rune.devices.boards.lookup import find_board

SUFFIX = ".tflite"
Files = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class ChangedModel:
    """A model file that became a form of a conversion."""

    path: str
    conversion: ModelConversion
    table: FormComparison
    chosen_column: int

    @property
    def range_width(self) -> int:
        return RANGE_WIDTH


def changed_models(actor: Actor, project: Project, before: Files, after: Files) -> list[ChangedModel]:
    """A table for each model file that is another form now: the float model, the form before if it is known, and the
    one of now. Files that no conversion of the project gave have none. No query where no model changed."""
    paths = [
        path
        for path, each in sorted(after.items())
        if path.endswith(SUFFIX) and before.get(path, {}).get("digest") != each["digest"]
    ]
    if not paths:
        return []
    digests = {each[path]["digest"] for each in (before, after) for path in paths if path in each}
    conversions = ModelConversion.objects.visible_to(actor).filter(project=project)
    forms = ConvertedForm.objects.filter(conversion__in=conversions, digest__in=digests)
    rows = list(forms.select_related("conversion__project__organisation", "conversion__job").order_by("-created"))
    by_digest = {form.digest: form for form in reversed(rows)}
    sources = ConvertedForm.objects.filter(conversion__in={form.conversion_id for form in rows}, form=FLOAT)
    floats = {form.conversion_id: form for form in sources.exclude(digest="")}
    changes = []
    for path in paths:
        form = by_digest.get(after[path]["digest"])
        if form is None or not form.figures:
            continue
        earlier = by_digest.get(before[path]["digest"]) if path in before else None
        changes.append(_changed_model(path, form, [floats.get(form.conversion_id), earlier]))
    return changes


def _changed_model(path: str, form: ConvertedForm, others: Sequence[ConvertedForm | None]) -> ChangedModel:
    columns = list({each.pk: each for each in (*others, form) if each is not None and each.figures}.values())
    row = form.conversion
    table = compared_forms(columns, form, [find_board(key) for key in row.boards])
    return ChangedModel(path, row, table, columns.index(form))
