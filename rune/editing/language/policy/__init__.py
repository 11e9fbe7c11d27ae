"""The requests of an editor about a `forge.yml`: completion, hover and fixes. Pure functions, as for the Runefile."""

from rune.editing.language.policy.analysis import PolicyAnalysis, analyse_policy

__all__ = ["PolicyAnalysis", "analyse_policy"]
