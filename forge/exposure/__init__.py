"""Answers which devices run a digest, a component or what an advisory is about, and what people say of it (VEX)."""
