"""What devices and apps count, as they send it: taken, merged and kept for a time."""
