"""Takes, adds up and keeps the counts of devices and apps."""
