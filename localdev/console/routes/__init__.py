"""The console's routes, a module for each subject."""
