"""A TCP server that does what a test wants."""

import socket
import threading

JOIN_SECONDS = 60.0


class TcpServer:
    """Takes connections at a port, and does with each what `behave(connection)` does, in a thread of
    its own, until it returns or the other side closes."""

    def __init__(self, port, behave, host="127.0.0.1"):
        self.behave = behave
        self.connections = 0
        self.socket = socket.create_server((host, port))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(JOIN_SECONDS)

    def _serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection):
        with connection:
            try:
                self.behave(connection)
            except (OSError, EOFError):
                pass
