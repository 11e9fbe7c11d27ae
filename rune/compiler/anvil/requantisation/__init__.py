"""The arithmetic from sums to numbers of 8 or 16 bits, and proofs that a faster one gives the same."""
