"""Adjustments of the process itself: imports, threads, memory and processor cores."""
