"""SavedModels: their graphs are read against a list of operators before TensorFlow converts them in a child."""
