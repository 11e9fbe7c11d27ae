from rune.api import Build as Build
from rune.api import BuildError as BuildError
from rune.api import Input as Input
from rune.api import InputError as InputError
from rune.api import Limits as Limits
from rune.api import NotARune as NotARune
from rune.api import Output as Output
from rune.api import Results as Results
from rune.api import Rune as Rune
from rune.api import RuneError as RuneError
from rune.api import RuneStopped as RuneStopped
from rune.api import RuneTrapped as RuneTrapped
from rune.api import build as build
from rune.api import load as load

__version__: str
__all__ = [
    "Build",
    "BuildError",
    "Input",
    "InputError",
    "Limits",
    "NotARune",
    "Output",
    "Results",
    "Rune",
    "RuneError",
    "RuneStopped",
    "RuneTrapped",
    "__version__",
    "build",
    "load",
]
