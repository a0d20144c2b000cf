"""What LocalStack's resource providers lack: updates in place, one module for each service."""
