"""Trains a network, epoch by epoch: exported scripts contain these files."""
