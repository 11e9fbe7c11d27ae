"""Example recordings for a first try: two labels and background for each kind, computed and the same each time.

None is of a person, a microphone or a camera, so a model that learns from them knows nothing of the world."""

from rune.datasets.examples.recordings import (
    EXAMPLE_COUNT,
    EXAMPLES_A_LABEL,
    ORIGIN,
    ExampleRecording,
    example_recordings,
)

__all__ = ["EXAMPLES_A_LABEL", "EXAMPLE_COUNT", "ORIGIN", "ExampleRecording", "example_recordings"]
