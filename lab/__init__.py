"""What converts and quantises models. Uses `rune` and never `forge`; see README.md in this folder."""
