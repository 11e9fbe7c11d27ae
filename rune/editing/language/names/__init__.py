"""Where a Runefile names stages, resources and files, and going from a name to what it names."""
