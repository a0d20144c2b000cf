"""Test which lines of a failed program a person is shown."""

from __future__ import annotations

import pytest

from localdev.deployment.failures import lines_of_error

_END_OF_A_BUNDLING = """\
2 errors
node:internal/modules/run_main:123
    triggerUncaughtException(
    ^

[«FailedToBundleAsset» Failed to bundle asset Shop/Greet/Code/Stage: npx esbuild exited with status 1
    ...aws-cdk-lib...
    (no user code in 10 frames, use --stack-trace-limit to capture more)
Relates to construct:
    <.> (aws-cdk-lib.App)
     └─ Shop (aws-cdk-lib.Stack)
         └─ Greet (aws-cdk-lib.aws_lambda_nodejs.NodejsFunction)
             └─ Code (aws-cdk-lib.aws_s3_assets.Asset)
                 └─ Stage (aws-cdk-lib.AssetStaging)]

Node.js v20.20.2
"""
_BY_ESBUILD = """\
Bundling asset Shop/Greet/Code/Stage...
✘ [ERROR] The symbol "polite" has already been declared

    src/polite.ts:2:13:
      2 │ export const polite = (name
        ╵              ~~~~~~

✘ [ERROR] Expected ")" but found end of file

    src/polite.ts:3:0:
      3 │ \n        │ ^
        ╵ )

"""
_BY_NODE = """\
node:internal/modules/run_main:123
    triggerUncaughtException(
    ^

Error: Transform failed with 1 error:
/home/ada/my shop/app.ts:11:10: ERROR: Unexpected ";"
    at failureErrorWithLog (/home/ada/my shop/node_modules/esbuild/lib/main.js:1752:15)
    at Socket.emit (node:events:524:28) {
  name: 'TransformError'
}

Node.js v20.20.2
"""
_BY_A_LIBRARY = (
    "/home/ada/my shop/node_modules/aws-cdk-lib/core/lib/stack.js:1\n"
    f'"use strict";{"x" * 5000}\n'
    f"{' ' * 4000}\n\n"
    "Error: Stack name must match\n"
    "    at new Stack (/home/ada/my shop/node_modules/aws-cdk-lib/core/lib/stack.js:1:33)\n"
    "    at <anonymous> (/home/ada/my shop/app.js:6:15)\n"
)
_BY_PYTHON = """\
Traceback (most recent call last):
  File "/home/ada/shop/app.py", line 5, in <module>
    Shop(app, "Shop")
    ~~~~^^^^^^^^^^^^^
  File "/home/ada/shop/.venv/lib/python3.13/site-packages/jsii/_runtime.py", line 118, in __call__
    inst = super(JSIIMeta, cast(JSIIMeta, cls)).__call__(*args, **kwargs)
           ^^^^^^^^^^
RuntimeError: Error: Cannot find asset at /home/ada/shop/lambdaz
"""


def test_the_errors_of_a_bundler_come_before_what_the_cdk_says_of_them() -> None:
    said = lines_of_error(_BY_ESBUILD + _END_OF_A_BUNDLING).splitlines()

    assert said[0] == '  ✘ [ERROR] The symbol "polite" has already been declared'
    assert "      src/polite.ts:3:0:" in said
    assert len(said) == 15


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (_BY_NODE, 'Error: Transform failed with 1 error:\n/home/ada/my shop/app.ts:11:10: ERROR: Unexpected ";"'),
        (_BY_A_LIBRARY, "Error: Stack name must match\n    at <anonymous> (/home/ada/my shop/app.js:6:15)"),
        (
            _BY_PYTHON,
            (
                'Traceback (most recent call last):\n  File "/home/ada/shop/app.py", line 5, in <module>\n'
                '    Shop(app, "Shop")\n    ~~~~^^^^^^^^^^^^^\n'
                "RuntimeError: Error: Cannot find asset at /home/ada/shop/lambdaz"
            ),
        ),
        ("\x1b[31mThere is no app.\x1b[0m\n\n", "There is no app."),
        ("node:internal/modules/run_main:123\n", "node:internal/modules/run_main:123"),
    ],
    ids=["Node.js", "a library for Node.js", "Python", "colours", "nothing else"],
)
def test_libraries_are_left_out_of_a_trace(said: str, shown: str) -> None:
    assert lines_of_error(said) == "\n".join(f"  {line}" for line in shown.splitlines())


def test_without_a_compilers_error_the_end_is_shown() -> None:
    said = lines_of_error("".join(f"line {number}\n" for number in range(40)))

    assert said.splitlines()[0] == "  line 25"
    assert said.endswith("\n  line 39")


def test_a_line_that_no_screen_holds_is_cut() -> None:
    assert len(lines_of_error("x" * 5000)) < 500
