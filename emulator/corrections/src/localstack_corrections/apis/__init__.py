"""What REST APIs and HTTP APIs have in common: calls of functions, authorizers' answers, signatures, logs, limits."""
