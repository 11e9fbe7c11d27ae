"""Backup and restore of an installation: its tables, its stored files and its keys, in one file.

The file is a tar that other tools can read: tables as lines of JSON, files under their digests, and a list of digests
for `sha256sum --check` at the end. Encrypted, it is an age file.
"""
