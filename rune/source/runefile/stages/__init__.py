"""Checking the stages of a Runefile and the resources that they use."""
