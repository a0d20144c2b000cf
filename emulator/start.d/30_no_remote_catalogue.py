"""Never ask LocalStack's servers which services newer releases have.

For an operation it does not have, and for every change set, LocalStack 4.14 fetches a catalogue from its makers and
falls back to none when that fails (``localstack.utils.catalog.plugins``). No call leaves the machine, so it has none.
"""

from typing import NoReturn

from localstack.utils.catalog.catalog_loader import AwsCatalogLoaderException, RemoteCatalogLoader


def refuse(_loader: RemoteCatalogLoader) -> NoReturn:
    """:raises AwsCatalogLoaderException: always; LocalStack then does without."""
    raise AwsCatalogLoaderException("no call leaves this machine")


RemoteCatalogLoader.get_remote_catalog = refuse
