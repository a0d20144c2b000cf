"""Develop AWS serverless workflows on one machine: engines, deployments and commands."""

__version__ = "0.2.0"
