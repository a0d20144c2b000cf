"""Adjustments of the gateway: the HTTP server and what every request passes through."""
