"""Adjustments of CloudFormation."""
