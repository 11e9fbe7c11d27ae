"""Data sets: samples with labels, splits by group, consent that can be withdrawn, and immutable versions."""
