"""The layouts of data sets, a module for each, which recognises its layout and describes the recordings."""
