"""Adjustments of Lambda."""
