"""From the operators of a model file to those that are compiled: constants, sizes, control flow, variables."""
