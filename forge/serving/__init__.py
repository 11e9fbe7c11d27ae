"""Running the server: what the environment decides, certificates on a LAN, the address, the database, the commands."""
