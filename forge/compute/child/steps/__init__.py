"""The steps of the compiler's process, one for each kind of job."""
