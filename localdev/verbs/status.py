"""``status``: what has become of one order."""

import argparse
import json

from localdev.terminal import out, shown_status
from localdev.verbs import up
from localdev.verbs.base import Verb, engine_of


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("order_id", metavar="ORDER_ID", help="as printed when it was placed")
    parser.add_argument("--json", action="store_true", help="print the API's document")


def _run(options: argparse.Namespace) -> int:
    document = up.order_api(engine_of(options)).status(options.order_id)
    if options.json:
        print(json.dumps(document))
        return 0
    for name, value in document.items():
        if value is not None:
            shown = shown_status(value) if name == "status" else str(value)
            out.print(f"{name:<10} {shown}", soft_wrap=True)
    return 0


VERB = Verb("Show what has become of an order.", _run, _add_arguments)
