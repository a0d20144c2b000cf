"""The function's program: AWS's runtime interface client, with the import path of AWS's Python runtime."""

import os
import sys


def import_path(task_root: str, runtime_dir: str, layers: str) -> list[str]:
    """``sys.path`` as a function sees it: its code, its layers, Python's packages, the runtime, the library."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    library = [entry for entry in sys.path if entry not in {task_root, runtime_dir}]
    packages = [entry for entry in library if entry.endswith(("site-packages", "dist-packages"))]
    return [
        task_root,
        f"{layers}/python/lib/{version}/site-packages",
        f"{layers}/python",
        *packages,
        runtime_dir,
        *(entry for entry in library if entry not in packages),
    ]


def main(handler: str, task_root: str, runtime_dir: str, layers: str) -> None:
    """Serve invocations until the process is ended."""
    sys.path = import_path(task_root, runtime_dir, layers)
    import awslambdaric.__main__

    awslambdaric.__main__.main([sys.argv[0], handler])


if __name__ == "__main__":
    main(os.environ["_HANDLER"], *sys.argv[1:4])
