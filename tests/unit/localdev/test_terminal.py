"""Lines of the command line are printed as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localdev.commands.terminal import err, out

if TYPE_CHECKING:
    import pytest

ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:name"


def test_a_word_between_colons_is_no_emoji(capsys: pytest.CaptureFixture[str]) -> None:
    out.print(ARN, soft_wrap=True)
    err.print(ARN, soft_wrap=True)

    assert capsys.readouterr() == (f"{ARN}\n", f"{ARN}\n")
