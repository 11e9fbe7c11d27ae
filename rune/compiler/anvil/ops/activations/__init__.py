"""Functions of one number, and of a row of numbers: activations, exponentials, logarithms."""
