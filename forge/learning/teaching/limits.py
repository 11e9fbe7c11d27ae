"""Limits of Teach, which the page has from the server."""

from typing import Final

EXAMPLES: Final = 5
"""Examples of a label that are needed before what was taught can be saved."""
MAX_EXAMPLES: Final = 100
"""The greatest number of examples of one label."""
MIN_LABELS: Final = 2
MAX_LABELS: Final = 20
MAX_WEIGHT: Final = 1e6
"""The largest weight or bias, as an absolute number: what is learned from standardised features stays far below."""
