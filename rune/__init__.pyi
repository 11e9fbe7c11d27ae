from rune.tools.api import Build as Build
from rune.tools.api import BuildError as BuildError
from rune.tools.api import DataError as DataError
from rune.tools.api import DataSample as DataSample
from rune.tools.api import DataSet as DataSet
from rune.tools.api import Deployment as Deployment
from rune.tools.api import DeploymentError as DeploymentError
from rune.tools.api import Input as Input
from rune.tools.api import InputError as InputError
from rune.tools.api import Limits as Limits
from rune.tools.api import NotARune as NotARune
from rune.tools.api import Output as Output
from rune.tools.api import Results as Results
from rune.tools.api import Rune as Rune
from rune.tools.api import RuneError as RuneError
from rune.tools.api import RuneStopped as RuneStopped
from rune.tools.api import RuneTrapped as RuneTrapped
from rune.tools.api import build as build
from rune.tools.api import load as load
from rune.tools.api import load_data as load_data

__version__: str
__all__ = [
    "Build",
    "BuildError",
    "DataError",
    "DataSample",
    "DataSet",
    "Deployment",
    "DeploymentError",
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
    "load_data",
]
