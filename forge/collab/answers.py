"""What this app answers to the floors below."""
