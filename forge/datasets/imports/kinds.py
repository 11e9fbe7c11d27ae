"""The names of what imports register elsewhere."""

from enum import StrEnum

IMPORT_KIND = "data-import"
"""Of the jobs of imports (`forge.datasets.imports.job`)."""


class ImportStep(StrEnum):
    """What a job of an import does."""

    DESCRIBE = "describe"
    ADD = "add"
