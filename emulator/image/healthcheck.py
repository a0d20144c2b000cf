"""The container's health: LocalStack answers, and every init hook has run to a good end.

Runs every other second: only the standard library, and little of it.
"""

import json
import sys
from http.client import HTTPConnection, HTTPException


def main() -> int:
    """Return the exit status that Docker takes for healthy or unhealthy."""
    try:
        connection = HTTPConnection("127.0.0.1", 4566, timeout=4)
        connection.request("GET", "/_localstack/init/ready")
        status = json.loads(connection.getresponse().read())
    except (OSError, HTTPException, ValueError) as error:
        print(f"LocalStack does not answer: {error}")
        return 1
    failed = [script["name"] for script in status["scripts"] if script["state"] == "ERROR"]
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 0 if status["completed"] and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
