"""Run-time adjustments of LocalStack 4.14.0, each a module of its own with a switch of its own."""

__version__ = "0.1.0"
