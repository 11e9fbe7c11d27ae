"""Verdicts and conversations about builds."""
