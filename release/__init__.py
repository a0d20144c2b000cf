"""Build and check what is published: the tool's wheel and those of the emulator's packages."""
