"""Recordings before and after the augmentation of a recipe, to be looked at and heard."""
