"""From sums to numbers of 8 or 16 bits: the arithmetic, and proofs that a faster one gives the same."""
