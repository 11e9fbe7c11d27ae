"""The host's side of Rune's ABI: what each import does."""
