"""Training as the command, the server's jobs and assistants ask for it."""
