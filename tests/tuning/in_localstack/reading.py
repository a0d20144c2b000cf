"""How often botocore's files are read by two sessions, and that a person's own are read anew; prints JSON."""

import json
import tempfile
from pathlib import Path

import boto3
from botocore import loaders

from localstack_tuning import botocore_data


def regions() -> list[str]:
    return boto3.Session().get_available_regions("sqs")


released, opened = regions(), []
load = loaders.JSONFileLoader._load_file
loaders.JSONFileLoader._load_file = lambda self, path, how: opened.append(path) or load(self, path, how)
botocore_data.ADJUSTMENT.apply()
found = [regions(), regions()]

with tempfile.TemporaryDirectory() as folder:
    own = []
    for content in ("one", "another"):
        Path(folder, "own.json").write_text(json.dumps(content))
        own.append(loaders.Loader(extra_search_paths=[folder]).load_data("own"))

print(
    json.dumps(
        {
            "endpoints": sum(path.endswith("/endpoints.json") for path in opened),
            "the same": found == [released, released],
            "own": own,
        }
    )
)
