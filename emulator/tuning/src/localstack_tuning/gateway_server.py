"""The server that LocalStack finds under the name ``threaded``."""

from localstack.runtime.server.core import RuntimeServer, RuntimeServerPlugin


class ThreadedRuntimeServerPlugin(RuntimeServerPlugin):  # type: ignore[misc]
    """Selected with ``GATEWAY_SERVER=threaded``; ``GATEWAY_SERVER=twisted`` is LocalStack's own."""

    name = "threaded"

    def load(self, *_args: object, **_kwargs: object) -> RuntimeServer:
        """Make the server, in the thread that will run it."""
        from localstack_tuning.gateway.threaded_server import ThreadedRuntimeServer

        return ThreadedRuntimeServer()
