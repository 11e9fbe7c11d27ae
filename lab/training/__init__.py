"""Training: the loop, its checkpoints and curves, and what a run gives."""
