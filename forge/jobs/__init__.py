"""Jobs: long work that somebody asked for, its queue, leases, progress and checkpoints. Apps above register kinds."""
