"""Workers, which take jobs from the queue and run them."""
