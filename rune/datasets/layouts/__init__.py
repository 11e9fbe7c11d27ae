"""The ways in which other tools write data sets: which files have which label, person and split."""
