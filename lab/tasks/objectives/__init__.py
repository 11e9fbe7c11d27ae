"""The objectives of networks: the loss of a task, and the figure of its curves. Exported scripts contain them."""
