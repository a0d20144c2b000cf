"""Add to LocalStack's resource providers what they lack: updates in place, one module for each service."""
