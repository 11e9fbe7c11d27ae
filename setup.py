"""Adds to pyproject.toml: a wheel carries the templates of `examples`, so that `rune new` works from it, and the pages
of references that `rune mcp` shows to assistants.

Everything else about the package stands in pyproject.toml.
"""

import json
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
EXAMPLES = ROOT / "examples"
REFERENCES = ROOT / "docs" / "reference"
PAGES = ("runefile", "blocks", "language", "forge-yml", "operators", "boards", "diagnostics/README")
"""The pages of `rune.tools.mcp.references`, which cannot be imported here: its requirements are not there yet."""


class BuildWithTemplates(build_py):
    """Copies the files that a project starts with, and nothing of how they were trained; and pages of references."""

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
        for name in PAGES:
            target = Path(self.build_lib) / "rune" / "tools" / "mcp" / "pages" / f"{name}.md"
            self.mkpath(str(target.parent))
            self.copy_file(str(REFERENCES / f"{name}.md"), str(target))


setup(cmdclass={"build_py": BuildWithTemplates})
