"""From an event to the people whom it concerns: which notices there are, in which words, and which are emailed."""
