"""Measure LocalStack's process, too, when the tests are run under coverage: see ``coverage.py`` beside this folder."""

import coverage

coverage.process_startup()
