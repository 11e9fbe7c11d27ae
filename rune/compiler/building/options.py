"""The options of a build. They need the compiler's targets; `spec` has those that are stored, without the compiler."""

from __future__ import annotations

from dataclasses import dataclass

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.blocks.resolver import BlockResolver
from rune.compiler.anvil.compiling.allowance import CompilerLimits
from rune.compiler.anvil.target import Target
from rune.compiler.building.spec import SpecOptions
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.model.profile import LITERT, Profile
from rune.port import Port
from rune.source.runefile import HostResourceOptions


@dataclass(frozen=True)
class BuildOptions:
    """The options of a build. The same files and options give the same bytes."""

    name: str
    """The name of the rune or package."""
    runefile: str | None = None
    """The path of the Runefile; None finds it in the project's root."""
    target: Target = WASM32
    profile: Profile = LITERT
    """The reference whose results models reproduce to the bit."""
    host_models: bool = False
    """Compile no model: the rune's host runs all of them."""
    host_resources: HostResourceOptions | None = None
    """The resources that the host provides beside those without a default, and the most bytes of each."""
    watched: tuple[Port, ...] = ()
    """Ports whose values are also sent to the host, each once."""
    timed: bool = False
    """Log the end of each stage, so that the host can measure the stages."""
    blocks: BlockResolver = PUBLISHED_BLOCKS
    """Finds the proc-blocks that are not files of the project."""
    limits: CompilerLimits | None = None
    """The limits of the whole build; None means the default limits. A build that is given an allowance ignores them."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "watched", tuple(dict.fromkeys(self.watched)))

    @staticmethod
    def of_spec(options: SpecOptions, target: Target) -> BuildOptions:
        """The options of a build to a spec, for a target. Those that only runes have are left out for other targets."""
        return BuildOptions(
            options.name,
            runefile=options.runefile,
            target=target,
            profile=options.profile,
            host_models=options.host_models,
            host_resources=options.host_resources,
            watched=options.watched if target.makes_rune else (),
            timed=options.timed and target.makes_rune,
        )
