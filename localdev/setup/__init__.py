"""Make the environments; the standard library only."""
