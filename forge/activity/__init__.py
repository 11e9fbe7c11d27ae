"""Activity entries, made of events: the feed on the home page and on an organisation's page."""
