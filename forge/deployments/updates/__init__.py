"""The Update Framework (TUF) over deployments: signed documents that say what a deployment serves, and until when.

https://theupdateframework.github.io/specification/latest/
"""
