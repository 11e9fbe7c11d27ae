"""The stable codes of everything that can be wrong with a project. A code keeps its meaning for ever.

Each has a page in docs/reference/diagnostics with an example that is wrong and one that is right.
"""

from __future__ import annotations

from enum import Enum


class Code(Enum):
    """The value is what a user sees."""

    NOT_TEXT = "RUNE0001"
    TOO_LARGE = "RUNE0002"
    YAML_SYNTAX = "RUNE0003"
    RUNEFILE_MISSING = "RUNE0004"
    WRONG_SHAPE = "RUNE0005"
    MISSING_KEY = "RUNE0006"
    WRONG_VERSION = "RUNE0007"
    UNKNOWN_KEY = "RUNE0008"
    REPEATED_KEY = "RUNE0009"
    REPEATED_NAME = "RUNE0010"
    BAD_NAME = "RUNE0011"
    NO_KIND = "RUNE0012"
    TWO_KINDS = "RUNE0013"
    EMPTY_PIPELINE = "RUNE0014"
    NO_OUTPUT_STAGE = "RUNE0015"

    RESOURCE_TWO_SOURCES = "RUNE0016"
    RESOURCE_NO_SOURCE = "RUNE0017"
    UNKNOWN_RESOURCE = "RUNE0018"
    WRONG_RESOURCE_TYPE = "RUNE0019"
    UNREADABLE_FILE = "RUNE0020"

    UNKNOWN_INPUT = "RUNE0021"
    BAD_INPUT = "RUNE0022"
    INPUT_FROM_OUTPUT = "RUNE0023"
    NO_SUCH_OUTPUT = "RUNE0024"
    CYCLE = "RUNE0025"
    NO_INPUTS = "RUNE0026"
    UNUSED_STAGE = "RUNE0027"
    UNUSED_RESOURCE = "RUNE0028"

    UNKNOWN_ELEMENT_TYPE = "RUNE0030"
    BAD_DIMENSIONS = "RUNE0031"
    TENSOR_TOO_LARGE = "RUNE0032"
    WRONG_OUTPUT_COUNT = "RUNE0033"
    WRONG_DECLARED_TYPE = "RUNE0034"
    OTHER_DECLARED_DIMENSIONS = "RUNE0035"

    UNKNOWN_CAPABILITY = "RUNE0040"
    MISSING_PARAMETER = "RUNE0041"
    BAD_PARAMETER = "RUNE0042"
    UNKNOWN_PARAMETER = "RUNE0043"
    WRONG_CAPABILITY_SIZE = "RUNE0044"
    UNUSUAL_CAPABILITY_TYPE = "RUNE0045"
    SOUND_RATE = "RUNE0046"
    NOISE_MEMORY = "RUNE0047"
    OPEN_QUESTION = "RUNE0048"

    UNKNOWN_OUTPUT_KIND = "RUNE0050"
    TEXT_TO_TENSOR = "RUNE0051"
    LARGE_SERIAL = "RUNE0052"

    UNKNOWN_BLOCK = "RUNE0060"
    BLOCK_WITHOUT_VERSION = "RUNE0061"
    OWN_BLOCK = "RUNE0062"
    UNKNOWN_ARGUMENT = "RUNE0063"
    MISSING_ARGUMENT = "RUNE0064"
    BAD_ARGUMENT = "RUNE0065"
    BAD_BLOCK_INPUT = "RUNE0066"
    OLD_ARGUMENT = "RUNE0067"
    # RUNE0068 said that a published block is not in the catalogue yet; all are now.
    SHORT_WORDLIST = "RUNE0069"

    BAD_MODEL = "RUNE0070"
    UNKNOWN_FORMAT = "RUNE0071"
    # RUNE0072 said that a format cannot be built yet; all can now.
    WRONG_INPUT_COUNT = "RUNE0073"
    WRONG_INPUT_TYPE = "RUNE0074"
    UNUSED_MODEL_ARGUMENTS = "RUNE0075"
    TEXT_TENSOR = "RUNE0076"
    MISSING_TYPES = "RUNE0077"
    QUANTIZED_INPUT = "RUNE0078"
    WRONG_FORMAT = "RUNE0079"

    RUN_TIME_SIZES = "RUNE0085"
    VALUE_RANGE = "RUNE0086"
    COLOUR = "RUNE0087"
    QUANTISATION = "RUNE0088"
    OTHER_LABELS = "RUNE0089"
    LABELLED_SCORES = "RUNE0125"
    CHANGED_BLOCK = "RUNE0126"
    GUESSED_RANGES = "RUNE0127"
    # Counting the answers of a rune: the keys of a Runefile, and the file of the edges.
    WATCH = "RUNE0128"
    UNCOUNTED_FEATURE = "RUNE0129"
    WATCH_FILE = "RUNE0130"
    # Problems of a block in Python; the first nine are those of rune.pyblock.
    PYTHON_SYNTAX = "RUNE0110"
    PYTHON_SIGNATURE = "RUNE0111"
    PYTHON_GROWS = "RUNE0112"
    PYTHON_OUTSIDE = "RUNE0113"
    PYTHON_NAME = "RUNE0114"
    PYTHON_TYPE = "RUNE0115"
    PYTHON_READ_ONLY = "RUNE0116"
    PYTHON_CALL = "RUNE0117"
    PYTHON_NUMBER = "RUNE0118"
    PYTHON_BLOCK = "RUNE0119"
    # The tests of such a block: what cannot be tested so, and what a run of them found.
    BLOCK_TEST = "RUNE0120"
    FAILED_TEST = "RUNE0121"
    # A block that another project published, the lock that says which bytes it is, and advice against it.
    SHARED_BLOCK = "RUNE0122"
    LOCK = "RUNE0123"
    DEPRECATED_BLOCK = "RUNE0124"

    # How a Runefile is written: what is harmless, and what only looks as if it meant something.
    EMPTY_RUNEFILE = "RUNE0090"
    AMBIGUOUS_VALUE = "RUNE0091"
    BAD_INSTRUCTION = "RUNE0092"
    OLD_FORM = "RUNE0093"
    ZUNE_PART = "RUNE0094"
    YAML_FEATURE = "RUNE0095"

    # Problems that only a build can see: the language is right, but no rune can be made of it.
    UNSUPPORTED_OPERATORS = "RUNE0080"
    CONTRADICTORY_MODEL = "RUNE0081"
    TOO_MUCH_MEMORY = "RUNE0082"
    TARGET_LACKS = "RUNE0083"
    PROFILE_LACKS = "RUNE0084"

    # Problems of a forge.yml, which says what may be published.
    BAD_LIMIT = "RUNE0100"
    BAD_APPROVAL = "RUNE0101"
    BAD_TAG_PATTERN = "RUNE0102"
    UNKNOWN_APPROVER = "RUNE0103"
    BAD_PATH_PATTERN = "RUNE0104"
    BAD_CHECK = "RUNE0105"
    BAD_MODEL_SOURCE = "RUNE0106"
    OUTDATED_MODEL = "RUNE0107"
    BAD_TRAINING = "RUNE0108"
