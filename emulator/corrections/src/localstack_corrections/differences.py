"""The page of differences: ``python -m localstack_corrections.differences docs/differences.md [--check]``.

It is made of the corrections themselves: what LocalStack does, what AWS does, and the source, by service. A service's
``STILL_DIFFERENT`` says what is known to differ and is not corrected.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import localstack_corrections

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localstack_corrections.correction import Correction

_TITLES = {
    "apigateway": "API Gateway",
    "apigatewayv2": "API Gateway HTTP APIs",
    "cloudformation": "CloudFormation",
    "dynamodb": "DynamoDB",
    "events": "EventBridge",
    "gateway": "Every request",
    "kinesis": "Kinesis",
    "lambda_": "Lambda",
    "logs": "CloudWatch Logs",
    "process": "The emulator's process",
    "s3": "S3",
    "sns": "SNS",
    "sqs": "SQS",
    "stepfunctions": "Step Functions",
}
_HEAD = """\
# Differences between LocalStack and AWS

<!-- Made by `python -m localstack_corrections.differences docs/differences.md`. Do not edit. -->

LocalStack 4.14.0 is frozen. Each correction removes one difference from AWS; `CORRECTIONS_<NAME>=0` turns one off,
`CORRECTIONS=0` all of them.
"""


def services() -> Iterator[tuple[str, Any]]:
    """Return the title and the package of each service that has corrections."""
    found = []
    for module in pkgutil.iter_modules(localstack_corrections.__path__):
        if module.ispkg:
            package = importlib.import_module(f"localstack_corrections.{module.name}")
            if hasattr(package, "CORRECTIONS"):
                found.append((_TITLES.get(module.name, module.name.strip("_").capitalize()), package))
    yield from sorted(found, key=lambda service: service[0].lower())


def page() -> str:
    """Return the page as Markdown."""
    parts = [_HEAD]
    for title, package in services():
        still = getattr(package, "STILL_DIFFERENT", ())
        if package.CORRECTIONS or still:
            parts.append(f"## {title}\n")
            parts += [_section(correction) for correction in package.CORRECTIONS]
        if still:
            parts.append("### What still differs\n\n" + "".join(f"- {each}\n" for each in still))
    return "\n".join(parts)


def _section(correction: Correction) -> str:
    rows = (
        ("LocalStack", correction.localstack),
        ("AWS, and LocalStack with this correction", correction.aws),
        ("Source", _linked(correction.source)),
        ("Switch", f"`{correction.switch}=0`"),
    )
    lines = "".join(f"- **{name}**: {_one_line(text)}\n" for name, text in rows)
    return f"### {correction.name}\n\n{lines}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _linked(text: str) -> str:
    return re.sub(r"(?<![<(])https?://[^\s;,]+", lambda match: f"<{match.group()}>", text)


def main() -> int:
    """Write the page, or check that it is up to date."""
    parser = argparse.ArgumentParser(prog="python -m localstack_corrections.differences", description=__doc__)
    parser.add_argument("file", type=Path, help="the page, such as docs/differences.md")
    parser.add_argument("--check", action="store_true", help="fail when the page is not up to date")
    options = parser.parse_args()
    wanted = page()
    if not options.check:
        options.file.write_text(wanted, encoding="utf-8")
        return 0
    if options.file.is_file() and options.file.read_text(encoding="utf-8") == wanted:
        return 0
    print(
        f"{options.file} is not what the corrections say.\n"
        f"Hint: run python -m localstack_corrections.differences {options.file}",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
