"""The messages of the device protocol, version 1, and how devices sign their requests.

Everything here is pure: it reads and writes values, and neither files nor a network. Servers import it, and clients in
other languages are written from it. A field that a reader does not know is ignored, so that either side may be newer.
"""
