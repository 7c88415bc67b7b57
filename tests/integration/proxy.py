"""Stands between a worker and its broker, and holds up or cuts what clients of some name say."""

import socket
import struct
import threading


class Proxy:
    """Takes connections at port for the port of a broker. Each is known by the client id of its first request."""

    def __init__(self, target):
        self.target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._changed = threading.Condition()
        self._held = self._cut = None  # part of a client id
        self._open = []  # (client id, sockets)
        threading.Thread(target=self._accept, daemon=True).start()

    def hold(self, name):
        """From now on no answer reaches clients with such a name; None: all flows again."""
        with self._changed:
            self._held = name
            self._changed.notify_all()

    def cut(self, name):
        """Closes connections of clients with such a name, now and when they come again; None: no more."""
        with self._changed:
            self._cut = name
            gone = [pair for client, pair in self._open if name is not None and name in client]
        for pair in gone:
            self._close(pair)

    def close(self):
        self._listener.close()
        with self._changed:
            gone = [pair for _, pair in self._open]
        self.hold(None)
        for pair in gone:
            self._close(pair)

    @staticmethod
    def _close(pair):
        for one in pair:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it is closed already

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client:
            head = client.recv(14, socket.MSG_WAITALL)  # length, kind, version, number, length of the client id
            if len(head) < 14:
                return
            name = client.recv(max(0, struct.unpack(">h", head[12:])[0]), socket.MSG_WAITALL)
            text = name.decode(errors="replace")
            with self._changed:
                if self._cut is not None and self._cut in text:
                    return
                try:
                    broker = socket.create_connection(("127.0.0.1", self.target))
                except OSError:
                    return
                pair = (client, broker)
                self._open.append((text, pair))
            with broker:
                broker.sendall(head + name)
                answers = threading.Thread(target=self._pass, args=(broker, client, text, pair), daemon=True)
                answers.start()
                self._pass(client, broker, None, pair)
                answers.join()
            with self._changed:
                self._open.remove((text, pair))

    def _pass(self, source, target, name, pair):
        try:
            while data := source.recv(65536):
                with self._changed:
                    self._changed.wait_for(lambda: name is None or self._held is None or self._held not in name)
                target.sendall(data)
        except OSError:
            pass
        self._close(pair)
