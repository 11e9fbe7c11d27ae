"""The requests of a device to its server and to mirrors. Every answer has limits of size and time."""
