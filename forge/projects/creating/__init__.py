"""Names, places and templates of new projects, and how many an organisation may have."""
