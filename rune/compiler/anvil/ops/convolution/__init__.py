"""Sums of products: convolutions, products of matrices, layers that read every input, and pooling."""
