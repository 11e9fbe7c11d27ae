"""Proc-blocks written in a typed subset of Python: read, checked, run in Python, evaluated, and compiled to C."""
