"""The delivery of messages to receivers: checked addresses, signatures, the job that sends them, and its retries."""
