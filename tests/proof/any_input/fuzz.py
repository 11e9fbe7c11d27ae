"""One fuzzer in a process of its own, which libFuzzer takes over.

`python -m tests.proof.any_input.fuzz READER [its arguments]` starts it.
It knows which code an input reaches, and goes on from those that reach new code. Whatever a reader raises ends it.
"""

from __future__ import annotations

import sys

import atheris

# Modules that are imported here are instrumented, and only those.
with atheris.instrument_imports(include=["rune"]):
    from tests.support.readers import READERS


def main(arguments: list[str]) -> None:
    name, *rest = arguments
    atheris.Setup([sys.argv[0], *rest], READERS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
