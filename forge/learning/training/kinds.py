"""The names of what training registers elsewhere, and what a run is by default."""

from enum import StrEnum

TRAINING_KIND = "training"
"""The kind of the jobs of training runs (`forge.learning.training.running.job`)."""
DEFAULT_BOARDS = ("raspberry-pi-pico", "esp32-c3-devkitm-1")
"""The boards on which the rune of a run is counted, where `forge.yml` limits no target."""
TAUGHT_RECIPE = "teach"
"""The text in place of a recipe for a run that was taught in a page."""
MINUTES = 60
"""The longest that one attempt of a run may train."""
LAB_ATTEMPTS = 3
"""Attempts of a job of training or of a search, if the process that trains ends without an answer."""
MAX_RUNS = 200
"""The greatest number of runs of one project; each keeps its model and its curves."""
MAX_UNFINISHED = 10
"""Runs of one project that wait, run or are paused."""


class TrainingInstruction(StrEnum):
    """An instruction to a run in training. `lab` knows these words."""

    STOP = "stop"
    PAUSE = "pause"
