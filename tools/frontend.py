"""Runs one of the front end's scripts (`check`, `test`, `build`) with the Node that set-up found or fetched."""

from __future__ import annotations

import subprocess
import sys

from tools.generators import declarations, learner
from tools.setup import FRONTEND, node_environment


def main(arguments: list[str]) -> int:
    declarations.main()
    learner.main()
    return subprocess.run(
        ["npm", "run", "--silent", *arguments], cwd=FRONTEND, env=node_environment(), check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
