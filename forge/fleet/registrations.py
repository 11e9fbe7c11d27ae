"""The hooks that devices register with lower floors, and their periodic work."""
