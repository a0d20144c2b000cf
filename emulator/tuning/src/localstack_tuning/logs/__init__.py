"""Adjustments of CloudWatch Logs."""
