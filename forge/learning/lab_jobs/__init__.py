"""Work in the processes of `lab` that somebody asked for, whatever it makes: its rows, its jobs in the queue, what its
process sends and gives, and samples that are withdrawn meanwhile."""
