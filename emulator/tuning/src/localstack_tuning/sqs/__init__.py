"""Adjustments of SQS."""
