"""Where the model files of a project were trained."""
