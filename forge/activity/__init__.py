"""What people did in their organisations, made of events: the feed on the home page and on an organisation's."""
