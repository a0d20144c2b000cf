"""The code of all our Lambda functions: one folder, one asset."""

from pathlib import Path

CODE = Path(__file__).parent.parent / "lambdas"
LEFT_OUT = (".*", "__pycache__", "*.pyc", "*~", "requirements.in", "requirements.txt")
"""Patterns of what no function needs; ``watch`` leaves out the same (localdev/deployment/package_files.py)."""


def mistakes(folder: Path = CODE) -> list[str]:
    """Return a sentence for each module that Python cannot compile: it would deploy, and fail every order."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder.parent).as_posix()
        try:
            compile(path.read_bytes(), name, "exec", dont_inherit=True)
        except SyntaxError as error:
            line = f", line {error.lineno}" if error.lineno else ""
            found.append(f"{name}{line}: {error.msg}.")
        except ValueError as error:  # a null byte
            found.append(f"{name}: {error}.")
    return found
