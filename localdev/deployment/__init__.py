"""Synthesise, deploy, inspect and destroy stacks on an engine."""
