"""Pulls of a linked branch as jobs, the requests that they bring in, and the tokens with which they open it."""
