"""Backup and restore of an installation: a copy of its database by the database's own tool, its stored files and its
keys, in a folder.

Copies of copies, and their encryption, are left to the tools that operators have for folders.
"""
