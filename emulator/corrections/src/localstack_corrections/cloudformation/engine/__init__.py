"""The deployment engine: what a change set does to resources, and how a failure is rolled back."""
