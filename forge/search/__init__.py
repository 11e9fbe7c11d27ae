"""Search over projects, builds, people, files and documentation that a person may see."""
