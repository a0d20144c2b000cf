"""Corrections of LocalStack 4.14.0: one folder for each service, one module for each difference from AWS."""

__version__ = "0.2.0"
