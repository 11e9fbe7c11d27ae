"""The addresses that the npm package @hotg-ai/forge 0.11 asks, so that its apps go on with another base address."""
