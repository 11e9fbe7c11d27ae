"""The proc-blocks that a project brings: its own, and those that other projects published."""
