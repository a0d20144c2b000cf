"""Write JSON as AWS does: without spaces, and with every character as itself."""

from __future__ import annotations

import re
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import ASL, SERVICE

if TYPE_CHECKING:
    from types import ModuleType

_LONE: Final = re.compile("[\ud800-\udfff]")


def _write_compactly(module: ModuleType) -> None:
    encoder = module._DateTimeEncoder
    init, encode = encoder.__init__, encoder.encode

    @wraps(init)
    def begin(self: Any, *, separators: tuple[str, str] | None = None, **options: Any) -> None:
        init(self, **options | {"separators": separators or (",", ":"), "ensure_ascii": False})

    @wraps(encode)
    def encode_whole(self: Any, obj: Any) -> str:
        text = str(encode(self, obj))
        # half of a surrogate pair has no encoding of its own
        return text if text.isascii() else _LONE.sub(lambda half: f"\\u{ord(half.group()):04x}", text)

    encoder.__init__, encoder.encode = begin, encode_whole


def _allow_all_of_the_quota(module: ModuleType) -> None:
    def is_within_size_quota(value: Any) -> bool:
        text = value if isinstance(value, str) else module.to_json_str(value)
        return bool(len(text.encode(errors="surrogatepass")) <= module.MAX_STATE_SIZE_UTF8_BYTES)

    module.is_within_size_quota = is_within_size_quota  # type: ignore[attr-defined]


CORRECTION = Correction(
    name="json-texts",
    localstack=(
        "Puts spaces into the parameters and outputs of tasks, message bodies and causes, and writes characters beyond"
        " ASCII as `\\u00e9`, which count as six bytes; 256 KiB are one byte too many."
    ),
    aws="Writes JSON without spaces and with every character as itself.",
    source="causes and outputs measured on AWS in floci-io/floci's test `AslExecutorNestedSyncFailureTest`; service"
    " quotas: sizes are bytes in UTF-8",
    patches={f"{ASL}.utils.encoding": _write_compactly, f"{SERVICE}.quotas": _allow_all_of_the_quota},
)
