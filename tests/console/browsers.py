"""Browsers that the console can be seen in, by the names of their programs."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
