"""The Rune toolchain: from a Runefile and its models to one WebAssembly container, and running it.

Importing the package alone loads nothing heavy; import the part that is needed.
"""

__version__ = "0.1.0"
