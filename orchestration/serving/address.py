"""Where what people open in a browser is served: on this machine alone."""

from __future__ import annotations

import socket

from orchestration.errors import EXIT_USAGE, ShequnError

HOST = "127.0.0.1"


def see_that_free(port: int) -> None:
    """See that nobody listens on a port of `HOST`.

    Raises:
        ShequnError: `serving.port_taken` (exit 2).
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise ShequnError("serving.port_taken", EXIT_USAGE, port=port) from None
