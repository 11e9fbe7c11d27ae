"""A project on the device on which the program runs: its toolchain builds, and its daemon `hmrd` runs. No server is
asked, and nothing here opens a network connection."""
