"""What operators and their programs see of a server that runs: metrics, readiness, traces."""
