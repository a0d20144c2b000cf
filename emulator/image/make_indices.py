"""Make what LocalStack would otherwise make at its first start: its folders, its index of services, plux's of plugins.

Run once where an emulator is installed: by the set-up for the embedded engine, by the Dockerfile for the image. With
``PYTHONSAFEPATH``, as LocalStack itself is run: plux knows its index by the import path, the working folder included.
"""

import json

from botocore import loaders
from localstack import config
from localstack.aws.spec import main
from plux.runtime.cache import EntryPointsCache


class PlainJson:
    """Read botocore's models of four hundred services as dictionaries: ordered ones take twice as long."""

    @staticmethod
    def loads(text: str, **_options: object) -> object:
        """Return a document, in the order that it has."""
        return json.loads(text)


if __name__ == "__main__":
    loaders.json = PlainJson
    config.dirs.mkdirs()
    EntryPointsCache.instance().get_entry_points()
    raise SystemExit(main() or 0)
