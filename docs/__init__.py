"""The documentation, and what generates its parts."""
