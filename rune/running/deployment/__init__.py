"""Loading what a deployment of a server serves: by its digest, signed where a key is trusted, and stored for the time
when the server is away.

It needs no library but Python's own. Checking signatures needs `cryptography`.
"""
