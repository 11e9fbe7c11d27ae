"""Running runes of C on emulated cores, to compare their bytes and to count what they need. Not part of a build."""
