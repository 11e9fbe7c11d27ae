"""Lines that two people wrote at once merge as a whole."""
