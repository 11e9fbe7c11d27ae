"""Shared parts of blocks of one kind: tables, arguments and refusals. Nothing here is a block."""
