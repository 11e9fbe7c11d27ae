"""Recipes: how a kind of model is learned, a folder each."""
