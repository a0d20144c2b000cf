"""Adjustments of Step Functions."""
