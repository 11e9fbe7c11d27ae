"""Finding what a person may see: projects, builds, people, files and pages of the documentation."""
