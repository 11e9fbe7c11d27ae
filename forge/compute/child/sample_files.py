"""The names of the files in which samples come to be compared: features as float16, a row for each sample, and the
words of all fingerprints behind each other."""

FEATURES = "features"
WORDS = "words"
