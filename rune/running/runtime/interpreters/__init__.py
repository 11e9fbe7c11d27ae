"""Running host models: one entry point to the installed interpreters.

Nothing is imported before a model needs it. Compiled models do not come here; they are part of the rune's code.
"""

from rune.running.runtime.interpreters.interpreter import Interpreter, OpenModel
from rune.running.runtime.interpreters.isolation import IsolatedInterpreter, ModelLimits, open_isolated
from rune.running.runtime.interpreters.open import open_model

__all__ = ["Interpreter", "IsolatedInterpreter", "ModelLimits", "OpenModel", "open_isolated", "open_model"]
