"""Patches of LocalStack's Lambda service that hand the executor what it needs."""
