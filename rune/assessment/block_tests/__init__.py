"""The tests of a project's own blocks, compiled with the block as it stands in a rune, and run there."""
