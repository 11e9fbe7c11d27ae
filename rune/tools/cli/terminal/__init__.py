"""Output on a terminal: columns, JSON, results, progress, and the command's own version and completion."""
