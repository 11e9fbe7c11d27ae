"""Anvil, the code generator: a checked pipeline and its models become code for a target.

lower (what is done, in which kernels) -> plan (where it lies) -> the target's emitter (C) -> compile (a module); each a
function of the one before. Import from the modules: whoever only asks what an op may be loads no array library.
"""
