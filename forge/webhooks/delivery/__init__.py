"""How a message reaches its receiver: checked addresses, signatures, the job that sends it, and its retries."""
