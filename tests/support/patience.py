"""The time that a test waits for something that must happen."""

PATIENCE = 120.0
"""Seconds after which a test stops waiting and fails.

It only ends a test that would hang: a busy machine is no reason to fail, so nothing measures this time.
"""
