"""How a network learns, epoch by epoch: exported scripts contain these files."""
