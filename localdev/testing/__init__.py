"""Engines and stacks for test suites."""
