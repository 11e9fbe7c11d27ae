"""The names of what conversions register elsewhere."""

from enum import StrEnum

from rune.datasets.calibration_kind import TENSORFLOW_INT8
from rune.source.policy.sections.models import KERAS_SUFFIXES

CONVERSION_KIND = "model-conversion"
"""The kind of the jobs of conversions (`forge.learning.conversions.running.job`)."""

TENSORFLOW_SUFFIXES = (*KERAS_SUFFIXES, ".zip")
"""The tensorflow suffixes of the sources that TensorFlow converts."""
PT2_SUFFIX = ".pt2"
"""The suffix of the sources that PyTorch converts."""
SOURCE_SUFFIXES = (*KERAS_SUFFIXES, ".onnx", PT2_SUFFIX)
"""The suffixes of files that are models of another format, and nothing else: a `.zip` may be anything."""
FLOAT = "float32"
FIRST_FORMS = (FLOAT, "int8")
"""The forms that are made and shown first."""
OTHER_FORMS = ("int16x8", "int8-tensor", "dynamic", "float16")
TENSORFLOW_FORMS = (TENSORFLOW_INT8,)
"""The forms that TensorFlow itself makes of Keras models too."""
MIXED_FORMS = ("int8", "int16x8")
"""Forms in which layers may stay floats."""
TREES = "trees"
"""The form of decision trees, which is the only one that they have: the file of the block `decision_trees`."""
TREES_SUFFIX = ".trees.json"
DEFAULT_BOARDS = ("raspberry-pi-pico", "esp32-c3-devkitm-1")


class ConversionStep(StrEnum):
    """The steps of a conversion."""

    CONVERT = "convert"
    MIX = "mix"
    COUNT = "count"
