"""Show how often botocore's files and folders are read by two sessions, and a person's own every time; prints JSON."""

import json
import os
import tempfile
from pathlib import Path

import boto3
from botocore import loaders

from localstack_tuning.runtime import botocore_data


def regions() -> list[str]:
    return boto3.Session().get_available_regions("sqs")


released, released_services, opened = regions(), boto3.Session().get_available_services(), []
load = loaders.JSONFileLoader._load_file
loaders.JSONFileLoader._load_file = lambda self, path, how: opened.append(path) or load(self, path, how)
folders: list[str] = []
list_folder = os.listdir
os.listdir = lambda path: folders.append(path) or list_folder(path)
botocore_data.ADJUSTMENT.apply()
found = [regions(), regions()]

listed = [boto3.Session().get_available_services() for _ in range(3)]

with tempfile.TemporaryDirectory() as folder:
    own = []
    for content in ("one", "another"):
        Path(folder, "own.json").write_text(json.dumps(content), encoding="utf-8")
        own.append(loaders.Loader(extra_search_paths=[folder]).load_data("own"))
    own_service = []
    for _ in range(2):
        services = loaders.Loader(extra_search_paths=[folder]).list_available_services("service-2")
        own_service.append("kitchen" in services)
        Path(folder, "kitchen", "2026-01-01").mkdir(parents=True, exist_ok=True)
        Path(folder, "kitchen", "2026-01-01", "service-2.json").write_text("{}", encoding="utf-8")

print(
    json.dumps(
        {
            "endpoints": sum(path.endswith("/endpoints.json") for path in opened),
            "the same": found == [released] * 2 and listed == [released_services] * 3,
            "own": own,
            "listed": sum(path == loaders.Loader.BUILTIN_DATA_PATH for path in folders),
            "own service": own_service,
        }
    )
)
