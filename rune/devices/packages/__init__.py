"""A project as a package for firmware and programs in C: sources, a library, a self-test with golden results, and what
the tools of the field want beside them. It runs what it made before it hands it over.

Import from its modules.
"""
