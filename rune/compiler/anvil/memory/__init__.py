"""The places of the buffers of a program in memory."""
