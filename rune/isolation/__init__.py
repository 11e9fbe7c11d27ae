"""A process that computes on what strangers sent is kept from everything else, as far as the system has means for it.

`launch` starts a module in namespaces of its own; `confine` takes the rest away once everything is imported. What the
system lacks is a `Gap` with its reason, never silence. Imports nothing that is large and nothing of `rune`'s.
"""
