"""The origins of the model files of a project."""
