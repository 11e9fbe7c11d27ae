"""All layouts of exports."""

from __future__ import annotations

from collections.abc import Mapping

from rune.datasets.export.croissant import CROISSANT
from rune.datasets.export.data_folder import DATA_FOLDER
from rune.datasets.export.edge_impulse import EDGE_IMPULSE
from rune.datasets.export.folders import FOLDERS, HUGGING_FACE
from rune.datasets.export.label_studio import LABEL_STUDIO
from rune.datasets.export.layout import ExportLayout
from rune.datasets.export.mnist import MNIST
from rune.datasets.export.parquet import PARQUET
from rune.datasets.export.speech_commands import SPEECH_COMMANDS

EXPORT_LAYOUTS: Mapping[str, ExportLayout] = {
    layout.name: layout
    for layout in (
        DATA_FOLDER,
        FOLDERS,
        SPEECH_COMMANDS,
        MNIST,
        EDGE_IMPULSE,
        LABEL_STUDIO,
        CROISSANT,
        HUGGING_FACE,
        PARQUET,
    )
}
"""The layouts by the names that the API and the command use."""
