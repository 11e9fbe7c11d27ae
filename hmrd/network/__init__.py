"""What a device asks of its server and of mirrors. Every answer has limits of size and time."""
