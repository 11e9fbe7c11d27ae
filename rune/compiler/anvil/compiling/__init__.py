"""Compiling C within the limits of a build."""
