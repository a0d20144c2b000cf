"""A gateway server with a thread for each connection: LocalStack's ``GATEWAY_SERVER=threaded``.

Under Twisted a request goes from the reactor's thread to a worker's and back, and its headers through ``email``'s
parser: half of the processor time of an order. Here the thread that reads a request also answers it. One port speaks
HTTP and HTTPS, as under Twisted: a TLS handshake begins with a byte that no request does.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import selectors
import socket
import ssl
import threading
from typing import TYPE_CHECKING, cast

from localstack import config
from localstack.runtime.server.core import RuntimeServer
from rolo.gateway.wsgi import WsgiGateway

from localstack_tuning.gateway.http_connection import UNAVAILABLE, HttpConnection, send_status

if TYPE_CHECKING:
    from rolo.gateway import Gateway

LOG = logging.getLogger(__name__)
_BACKLOG = 512
_TLS_HANDSHAKE = b"\x16"
_FIRST_BYTE_SECONDS = 60.0
_SHED_BYTES = 64 * 1024
_PAUSE_SECONDS = 0.05
"""Between two attempts to accept a connection for which the machine has nothing left."""
_EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class ThreadedRuntimeServer(RuntimeServer):  # type: ignore[misc]
    """Listens on exactly the given addresses."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._wake_up, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._stopping = threading.Event()
        self._connections: set[socket.socket] = set()
        self._spare: int | None = os.open(os.devnull, os.O_RDONLY)
        """Given up for a moment to refuse a connection when there is no other descriptor left."""

    def register(
        self, gateway: Gateway, listen: list[config.HostAndPort], ssl_creds: tuple[str, str] | None = None
    ) -> None:
        """:raises OSError: an address is taken."""
        application = WsgiGateway(gateway)
        tls = None
        if ssl_creds:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(*ssl_creds)
        for address in listen:
            family = socket.AF_INET6 if config.is_ipv6_address(address.host) else socket.AF_INET
            listener = socket.create_server(
                (address.host, address.port), family=family, backlog=_BACKLOG, reuse_port=False
            )
            listener.setblocking(False)
            self._selector.register(listener, selectors.EVENT_READ, (application, tls))

    def run(self) -> None:
        """Accept connections until :meth:`shutdown`."""
        while not self._stopping.is_set():
            for key, _ in self._selector.select():
                if key.data:
                    self._accept(cast(socket.socket, key.fileobj), *key.data)
        for key in list(self._selector.get_map().values()):
            self._selector.unregister(key.fileobj)
            key.fileobj.close()  # type: ignore[union-attr]
        for sock in list(self._connections):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def shutdown(self) -> None:
        """End :meth:`run`."""
        self._stopping.set()
        self._wake_up.send(b"\0")

    def _accept(self, listener: socket.socket, application: WsgiGateway, tls: ssl.SSLContext | None) -> None:
        """Begin to serve a connection, or refuse it when the machine has nothing left for it. Never raises."""
        try:
            sock, _ = listener.accept()
        except OSError as error:
            if error.errno in _EXHAUSTED:
                self._refuse_one(listener)
            return
        thread = threading.Thread(target=self._serve, args=(sock, application, tls), name="gateway", daemon=True)
        try:
            thread.start()
        except (RuntimeError, MemoryError):
            # as many threads as the machine allows
            _shed(sock)

    def _refuse_one(self, listener: socket.socket) -> None:
        """Refuse the next connection with the spare descriptor: left waiting, it would keep the loop busy."""
        if self._spare is not None:
            os.close(self._spare)
            self._spare = None
            with contextlib.suppress(OSError):
                _shed(listener.accept()[0])
        with contextlib.suppress(OSError):
            self._spare = os.open(os.devnull, os.O_RDONLY)
        self._stopping.wait(_PAUSE_SECONDS)

    def _serve(self, sock: socket.socket, application: WsgiGateway, tls: ssl.SSLContext | None) -> None:
        self._connections.add(sock)
        try:
            sock.settimeout(_FIRST_BYTE_SECONDS)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if sock.recv(1, socket.MSG_PEEK) == _TLS_HANDSHAKE and tls:
                with tls.wrap_socket(sock, server_side=True) as wrapped:
                    HttpConnection(wrapped, application, scheme="https").serve()
            else:
                HttpConnection(sock, application, scheme="http").serve()
        except OSError as error:
            LOG.debug("a connection ended: %s", error)
        except Exception:
            LOG.exception("a connection ended with an error")
        finally:
            self._connections.discard(sock)
            sock.close()


def _shed(sock: socket.socket) -> None:
    """Answer a connection with 503, unread, and close it."""
    with sock:
        sock.setblocking(False)
        send_status(sock, *UNAVAILABLE)
        # what the client has sent would reset the connection before it has read the answer
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_WR)
            sock.recv(_SHED_BYTES)
