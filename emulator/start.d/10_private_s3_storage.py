"""Keep S3's objects in the emulator's own temporary folder.

LocalStack 4.14 writes them to one fixed folder of the machine, so that two emulators side by side would share, and
remove, each other's buckets, and the folder would outlive both. Runs before any service is loaded.
"""

import tempfile
from pathlib import Path

from localstack.services.s3 import provider

provider.DEFAULT_S3_TMP_DIR = str(Path(tempfile.gettempdir(), "s3"))
