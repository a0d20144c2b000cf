"""The function's program: AWS's runtime interface client, with the import path of AWS's Python runtime.

Stands in ``/var/runtime`` and runs on any Python that AWS has a runtime for, in a forked process or a new one.
"""

from __future__ import annotations

import concurrent.futures.thread
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Self, TypeVar

    T = TypeVar("T")

LAYERS = "/opt"


def import_path(task_root: str, runtime_dir: str, layers: str) -> list[str]:
    """``sys.path`` as a function sees it: its code, its layers, Python's packages, the runtime, the library."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    library = [entry for entry in sys.path if entry not in {"", task_root, runtime_dir}]
    packages = [entry for entry in library if entry.endswith(("site-packages", "dist-packages"))]
    # where this machine's own packages could not be hidden, they are at least not found
    isolated = runtime_dir == "/var/runtime"
    return [
        task_root,
        f"{layers}/python/lib/{version}/site-packages",
        f"{layers}/python",
        *(packages if isolated else []),
        runtime_dir,
        *(entry for entry in library if entry not in packages),
    ]


def listen_for_debugger(address: str) -> None:
    """Let a debugger attach at ``host:port``; another environment of the function may have taken it already."""
    try:
        import debugpy  # type: ignore[import-not-found, unused-ignore] # noqa: T100 - asked for by its setting

        host, _, port = address.rpartition(":")
        debugpy.listen((host, int(port)))  # noqa: T100
        print(f"debugpy listens on {address}", flush=True)
    except (ImportError, RuntimeError, OSError) as error:
        print(f"no debugger can attach at {address}: {error}", flush=True)


class OnThisThread:
    """Runs what it is given at once: the runtime client's polls, for each of which it would start a thread.

    That thread lets signals reach the function while it waits. Here, as on AWS, none is sent then: between invocations
    an environment is frozen, and it ends without a warning. A thread for each invocation costs as much as a small
    handler does.
    """

    def __init__(self, max_workers: int) -> None:
        del max_workers
        # threads that the function starts are numbered as if there had been one
        concurrent.futures.ThreadPoolExecutor._counter()  # type: ignore[attr-defined, unused-ignore] # noqa: SLF001

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """There is nothing to wait for."""

    def submit(self, poll: Callable[[], T]) -> concurrent.futures.Future[T]:
        """What it gave, or how it failed."""
        done: concurrent.futures.Future[T] = concurrent.futures.Future()
        try:
            done.set_result(poll())
        except Exception as error:  # noqa: BLE001 - whatever it is, it is raised where the result is asked for
            done.set_exception(error)
        return done


def runtime_client(client_class: type[Any]) -> type[Any]:
    """awslambdaric's own client, which polls on the thread it is called on."""

    class RuntimeClient(client_class):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.ThreadPoolExecutor = OnThisThread

    return RuntimeClient


def main(layers: str = LAYERS, debug_address: str = "") -> None:
    """Serve invocations until the process is ended."""
    import awslambdaric.__main__  # type: ignore[import-untyped, unused-ignore]

    runtime_dir = os.environ["LAMBDA_RUNTIME_DIR"]
    sys.path[:] = import_path(os.environ["LAMBDA_TASK_ROOT"], runtime_dir, layers)
    if runtime_dir != "/var/runtime":
        # a folder that is edited while it runs can be written to here: it stays as it is, and no stale code is found
        sys.dont_write_bytecode = True
    if debug_address:
        listen_for_debugger(debug_address)
    awslambdaric.__main__.LambdaRuntimeClient = runtime_client(awslambdaric.__main__.LambdaRuntimeClient)
    awslambdaric.__main__.main([sys.argv[0], os.environ["_HANDLER"]])


if "LD_LIBRARY_PATH" in os.environ:
    # a new interpreter is told where its own library is, whatever the function says
    os.environ["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"].removesuffix(f":{sys.prefix}/lib/.")
if os.environ.get("LC_CTYPE") in {"C.UTF-8", "C.utf8", "UTF-8"}:
    # set by Python itself (PEP 538) where this machine does not have AWS's locale
    del os.environ["LC_CTYPE"]
if __name__ == "__main__":
    main(*sys.argv[1:])
