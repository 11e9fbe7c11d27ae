"""The daemon of Linux devices: it runs runes, fetches what a server of Hammer Forge wants, and goes back by itself.

`protocol` has the messages between devices and servers, which the server imports too. See docs/guides/devices-linux.md.
"""
