"""Keras models, `.keras` and `.h5`: read as data against a list of layers, written anew, and converted in a child."""
