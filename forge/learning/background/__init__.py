"""Background: what a model calls in silence, noise and tones, and whether the data has sounds of nothing."""
