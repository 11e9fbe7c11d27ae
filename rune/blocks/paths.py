"""The ways in which a Runefile names a proc-block: `fft`, `hotg-ai/proc-blocks@v0.11.3#fft` and the like.

Only the grammar; which blocks there are is said by the catalogue.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PATH = re.compile(r"(?P<base>[a-z]+:///?[\w./-]+|[\w:/.-]+)(?:@(?P<version>[\w./-]+))?(?:#(?P<sub_path>[\w./-]+))?\Z")
_SHORT = re.compile(r"[\w-]+\Z")
_HOMES = re.compile(r"(https?://github\.com/|wapm:///)?hotg-ai/")
"""The places where the blocks of the catalogue were published: other repositories may hold other blocks of the same
name."""
PUBLISHED_PREFIX = "hotg-ai/proc-blocks@v0.11.3#"
"""The path of a published block up to its name, with the version that the catalogue computes as."""


@dataclass(frozen=True)
class BlockPath:
    """`base@version#sub_path`, taken apart."""

    base: str
    version: str | None
    sub_path: str | None

    @property
    def is_local(self) -> bool:
        """A folder or file of the project itself."""
        return self.base.startswith(".")

    @property
    def is_short(self) -> bool:
        """A bare name of the catalogue, such as `fft`."""
        return self.version is None and self.sub_path is None and bool(_SHORT.match(self.base))

    @property
    def is_published(self) -> bool:
        """A bare name, a crate of the Rust registry, or a path into hotg-ai's repositories."""
        is_crate = self.sub_path is None and bool(_SHORT.match(self.base))
        return is_crate or bool(_HOMES.match(self.base))

    @property
    def crate(self) -> str:
        """The block's name: the last part of the sub-path, or of the base."""
        name = (self.sub_path or self.base).rstrip("/").rpartition("/")[2]
        return name.removesuffix(".git") if self.sub_path is None else name


def parse_block_path(text: str) -> BlockPath | None:
    """The parts of a path, or None for a text that is not a path."""
    match = _PATH.match(text)
    return BlockPath(match["base"], match["version"], match["sub_path"]) if match else None
