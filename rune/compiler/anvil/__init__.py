"""Anvil, the code generator: compiles a checked pipeline and its models for a target.

The phases, each a function of the one before: lower (operations and kernels), plan (memory), the target's emitter (C),
compile (a module). Import from the modules, so that checking an op does not load NumPy.
"""
