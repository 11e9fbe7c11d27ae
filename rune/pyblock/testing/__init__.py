"""Tests of blocks: checked with the block, run in Python in a page, and compiled with the block elsewhere."""
