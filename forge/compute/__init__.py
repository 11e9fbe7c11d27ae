"""The processes that compute on what users sent: the compiler and the language. A child process imports no Django."""
