"""Makes and checks the converters' environments: `python -m lab.environments [prepare|check|list|remove] [NAME...]`.

`prepare` is what `make lab` runs. Without names, all environments are meant.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from lab.environments.environment import ENVIRONMENTS
from lab.environments.making import EnvironmentProblem, check, prepare, remove
from rune.environments.environment import Environment


def main(arguments: list[str]) -> int:
    action, *names = arguments or ["list"]
    unknown = [name for name in names if name not in ENVIRONMENTS]
    if action not in ACTIONS or unknown:
        print(f"Usage: python -m lab.environments {'|'.join(ACTIONS)} [{'|'.join(ENVIRONMENTS)}...]", file=sys.stderr)
        return 2
    status = 0
    for name in names or ENVIRONMENTS:
        try:
            print(ACTIONS[action](ENVIRONMENTS[name]), flush=True)
        except EnvironmentProblem as problem:
            print(problem, file=sys.stderr)
            status = 1
    return status


def _prepare(environment: Environment) -> str:
    result = prepare(environment, lambda text: print(f"==> {text}", flush=True))
    return f"{environment.name}: {result.packages} packages, {environment.module} {result.version}"


def _check(environment: Environment) -> str:
    if not environment.is_ready:
        return f"{environment.name}: not prepared"
    result = check(environment)
    return f"{environment.name}: as locked, {result.packages} packages, {environment.module} {result.version}"


def _list(environment: Environment) -> str:
    state = f"ready in {environment.folder}" if environment.is_ready else f"not prepared ({environment.size_text})"
    return f"{environment.name}: for {environment.reads}; {state}"


def _remove(environment: Environment) -> str:
    remove(environment)
    return f"{environment.name}: removed"


ACTIONS: Mapping[str, Callable[[Environment], str]] = {
    "list": _list,
    "prepare": _prepare,
    "check": _check,
    "remove": _remove,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
