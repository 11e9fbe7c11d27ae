"""Targets of code: a folder each, found by being here. Each package holds its description as `TARGET`.

Anvil is given a target and asks for none by name. Import from the modules: a target brings its kernels with it.
"""
