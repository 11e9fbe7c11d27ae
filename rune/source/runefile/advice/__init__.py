"""Stages that are right by themselves and not where they stand, and the edits that repair a pipeline."""
