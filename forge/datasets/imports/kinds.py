"""The names of what imports register elsewhere."""

from enum import StrEnum

IMPORT_KIND = "data-import"
"""The kind of the jobs of imports (`forge.datasets.imports.job`)."""


class ImportStep(StrEnum):
    """The steps of an import."""

    DESCRIBE = "describe"
    ADD = "add"
