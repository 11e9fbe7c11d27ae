"""Versions of data that training runs and searches may learn from: which there are, whether they suffice, and the file
in which `lab` reads them."""
