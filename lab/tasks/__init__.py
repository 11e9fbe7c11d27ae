"""The tasks that recipes learn: labels, numbers, one word, what is normal, and objects that are counted."""
