"""Remove what botocore never reads here: models of older API versions, and examples.

Both botocore and LocalStack take the newest version of a service's model. Run once, while the image is built.
"""

import shutil
from pathlib import Path

import botocore


def main() -> None:
    """Remove them, and say what that saved."""
    data = Path(botocore.__file__).parent / "data"
    before = size(data)
    for service in (folder for folder in data.iterdir() if folder.is_dir()):
        *older, _newest = sorted(service.iterdir())
        for version in older:
            shutil.rmtree(version)
    for examples in data.glob("*/*/examples-1.json*"):
        examples.unlink()
    print(f"Dropped {(before - size(data)) / 1e6:.0f} MB of botocore's models.")


def size(folder: Path) -> int:
    """Return the size of all files in a folder, in bytes."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


if __name__ == "__main__":
    main()
