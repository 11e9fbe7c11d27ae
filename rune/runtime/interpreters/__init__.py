"""Running models that a rune leaves to its host: one door to the interpreters that happen to be installed.

Nothing is imported before a model needs it. Compiled models do not come here; they are part of the rune's code.
"""

from rune.runtime.interpreters.door import open_model
from rune.runtime.interpreters.interpreter import Interpreter, OpenModel
from rune.runtime.interpreters.isolated import IsolatedInterpreter, ModelLimits, open_isolated

__all__ = ["Interpreter", "IsolatedInterpreter", "ModelLimits", "OpenModel", "open_isolated", "open_model"]
