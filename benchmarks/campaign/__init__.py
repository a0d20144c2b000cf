"""A campaign against the emulator: what is lost, doubled, wrong or left behind while it is disturbed."""
