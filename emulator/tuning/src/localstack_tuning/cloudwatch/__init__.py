"""Adjustments of CloudWatch metrics."""
