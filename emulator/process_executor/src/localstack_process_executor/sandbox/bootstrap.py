"""The function's program: AWS's runtime interface client, with the import path of AWS's Python runtime.

Stands in ``/var/runtime`` and runs on any Python that AWS has a runtime for, in a forked process or a new one.
"""

# ruff: noqa: PTH100, PTH110, PTH112, PTH120, PTH208 - a function that does not need pathlib should not wait for it

from __future__ import annotations

import concurrent.futures.thread
import os
import site
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Self, TypeVar

    T = TypeVar("T")

LAYERS = "/opt"
_VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"


def begin_import_path(runtime_dir: str) -> None:
    """Let ``sys.path`` begin as AWS's Python makes it: this script's folder, ``PYTHONPATH``, the library, packages."""
    if sys.path[0] != runtime_dir:
        if sys.path[0] == os.path.dirname(os.path.realpath(__file__)):
            # it is a link, which Python has followed
            del sys.path[0]
        sys.path.insert(0, runtime_dir)
    own = os.environ.get("PYTHONPATH")
    asked_for = [os.path.abspath(entry) for entry in own.split(os.pathsep)] if own else []
    kept = [entry for entry in sys.path if entry in asked_for or not entry.endswith(("site-packages", "dist-packages"))]
    sys.path[:] = [*kept, *_packages(runtime_dir)]


def add_code_and_layers(task_root: str, runtime_dir: str, layers: str) -> None:
    """Put a function's code and layers on ``sys.path`` and read their ``*.pth`` files, as AWS's start script does.

    With a ``PYTHONPATH`` of the function's own, it has no layers there but those that it names itself.
    """
    of_layers = [f"{layers}/python/lib/{_VERSION}/site-packages", f"{layers}/python"]
    if "PYTHONPATH" in os.environ:
        of_layers = []
    else:
        sys.path[:0] = [*of_layers, *_packages(runtime_dir)]
    sys.path.insert(0, task_root)
    for folder in (task_root, *of_layers):
        _add_site_folder(folder)
    os.environ.setdefault("PYTHONPATH", runtime_dir)


def _add_site_folder(folder: str) -> None:
    """Do what ``site.addsitedir`` does for an entry of ``sys.path``, without its time where no ``*.pth`` is."""
    if os.path.isdir(folder):
        if any(name.endswith(".pth") for name in os.listdir(folder)):
            site.addsitedir(folder)
    elif not os.path.exists(folder):
        # it takes a folder that does not exist for a new one
        sys.path.append(folder)


def _packages(runtime_dir: str) -> list[str]:
    """Return Python's folder of packages; where this machine's could not be hidden, they are not found."""
    return [f"{sys.prefix}/lib/{_VERSION}/site-packages"] if runtime_dir == "/var/runtime" else []


def listen_for_debugger(address: str) -> None:
    """Let a debugger attach at ``host:port``, and wait for it at ``host:port:wait``.

    Another environment of the function may have taken the port already: this one goes on without a debugger.
    """
    try:
        import debugpy  # type: ignore[import-not-found, unused-ignore] # noqa: T100 - asked for by its setting

        host, port, *waits = address.split(":")
        debugpy.listen((host, int(port)))  # noqa: T100
        code = os.environ["LAMBDA_TASK_ROOT"]
        print(f"debugpy listens on {host}:{port}, the code is in {code}{'; waiting' if waits else ''}", flush=True)
        if waits:
            debugpy.wait_for_client()  # noqa: T100
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
        """Do nothing: there is nothing to wait for."""

    def submit(self, poll: Callable[[], T]) -> concurrent.futures.Future[T]:
        """Return what it gave, or how it failed."""
        done: concurrent.futures.Future[T] = concurrent.futures.Future()
        try:
            done.set_result(poll())
        except Exception as error:  # noqa: BLE001 - whatever it is, it is raised where the result is asked for
            done.set_exception(error)
        return done


def runtime_client(client_class: type[Any]) -> type[Any]:
    """Return awslambdaric's client, which polls on the thread it is called on."""

    class RuntimeClient(client_class):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.ThreadPoolExecutor = OnThisThread

    return RuntimeClient


def main() -> None:
    """Serve invocations until the process is ended. A traceback through here reads as on AWS."""
    runtime_dir = os.environ["LAMBDA_RUNTIME_DIR"]
    begin_import_path(runtime_dir)
    import awslambdaric.__main__ as awslambdaricmain  # type: ignore[import-untyped, unused-ignore]

    layers = sys.argv[1] if len(sys.argv) > 1 else LAYERS
    debug_address = sys.argv[2] if len(sys.argv) > 2 else ""
    add_code_and_layers(os.environ["LAMBDA_TASK_ROOT"], runtime_dir, layers)
    if runtime_dir != "/var/runtime":
        # a folder that is edited while it runs can be written to here: it stays as it is, and no stale code is found
        sys.dont_write_bytecode = True
    if debug_address:
        listen_for_debugger(debug_address)
    awslambdaricmain.LambdaRuntimeClient = runtime_client(awslambdaricmain.LambdaRuntimeClient)
    awslambdaricmain.main([os.environ["LAMBDA_TASK_ROOT"], os.environ["_HANDLER"]])


if "LD_LIBRARY_PATH" in os.environ:
    # a new interpreter gets the path of its own library, whatever the function says
    os.environ["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"].removesuffix(f":{sys.prefix}/lib/.")
if os.environ.get("LC_CTYPE") in {"C.UTF-8", "C.utf8", "UTF-8"}:
    # set by Python itself (PEP 538) where this machine does not have AWS's locale
    del os.environ["LC_CTYPE"]
if __name__ == "__main__":
    main()
