"""Provenance and signatures of shared blocks."""
