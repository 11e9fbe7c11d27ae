"""Adds to pyproject.toml: a wheel carries the templates of `examples`, so that `rune new` works from it.

Everything else about the package stands in pyproject.toml.
"""

import json
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

EXAMPLES = Path(__file__).resolve().parent / "examples"


class BuildWithTemplates(build_py):
    """Copies the files that a project starts with, and nothing of how they were trained."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        for description in sorted(EXAMPLES.glob("*/template.json")):
            name = description.parent.name
            for path in ["template.json", *json.loads(description.read_text("utf-8"))["files"]]:
                target = Path(self.build_lib) / "rune" / "source" / "templates" / name / path
                self.mkpath(str(target.parent))
                self.copy_file(str(description.parent / path), str(target))


setup(cmdclass={"build_py": BuildWithTemplates})
