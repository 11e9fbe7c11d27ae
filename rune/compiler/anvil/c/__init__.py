"""Writing a program's calls, numbers and names as C."""
