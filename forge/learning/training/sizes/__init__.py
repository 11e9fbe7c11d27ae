"""The needs of the sizes of a recipe on a board, counted by the compiler before anything is trained."""

from forge.learning.training.sizes.counting import prepare_counting
from forge.learning.training.sizes.figures import CountedSettings, CountedSize, RecipeSizes, needs_of_settings, sizes_of

__all__ = ["CountedSettings", "CountedSize", "RecipeSizes", "needs_of_settings", "prepare_counting", "sizes_of"]
