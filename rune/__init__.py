"""The Rune toolchain: from a Runefile and its models to one WebAssembly container, and running it.

`rune.build(folder)`, `rune.load(path)`, `rune.Deployment(url)` and `rune.load_data(path)` are the entry points for
programs; see docs/guides/python.md. Importing the package alone loads nothing heavy: the names of `__all__` are looked
up when they are first used. Their types are in `__init__.pyi`.
"""

from importlib import import_module as _import_module

__version__ = "0.1.0"

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


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    member = getattr(_import_module("rune.tools.api"), name)
    globals()[name] = member
    return member


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
