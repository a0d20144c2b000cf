"""Lambda execution environments as processes, for LocalStack 4.14."""
