"""Parts that REST and HTTP APIs share: calls of functions, authorizers' answers, signatures, logs, limits."""
