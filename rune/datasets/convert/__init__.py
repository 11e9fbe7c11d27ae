"""Recordings in the formats of other tools, as the WAV, PNG, JPEG and CSV files that a data set stores."""
