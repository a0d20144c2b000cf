"""Adjustments of EventBridge."""
