"""Firmware of a rune for a board: an image that answers a serial protocol, without anybody's SDK."""
