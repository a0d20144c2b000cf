"""Processes, locks, waiting, files and the terminal: nothing of AWS."""
