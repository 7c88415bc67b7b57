"""Stands between a worker and its broker, and holds up or cuts what clients of some name say."""

import socket
import struct
import threading
import time

from harness import free_port

JOIN_GROUP, SYNC_GROUP = 11, 14  # kinds of requests: the protocol's API keys


class Proxy:
    """Takes connections at port for the port of a broker. Each is known by the client id of its first request."""

    def __init__(self, target):
        self.target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._changed = threading.Condition()
        self._held = self._cut = None  # part of a client id
        self._dropped = None  # a kind
        self._slow = {}  # kind: seconds
        self._slowed = False  # an answer is taking longer
        self._open = []  # (client id, sockets)
        threading.Thread(target=self._accept, daemon=True).start()

    @classmethod
    def of_own_broker(cls, scenario):
        """One for a broker of the scenario's own."""
        port = free_port()
        proxy = cls(port)
        scenario.addCleanup(proxy.close)
        scenario.own_broker(
            f"listeners=PLAINTEXT://127.0.0.1:%PORT%,CONTROLLER://127.0.0.1:%CONTROLLER%,SIDE://127.0.0.1:{port}",
            f"advertised.listeners=PLAINTEXT://127.0.0.1:%PORT%,SIDE://127.0.0.1:{proxy.port}",
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SIDE:PLAINTEXT")
        return proxy

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

    def drop_next(self, kind):
        """The next request of this kind does not arrive: its connection is closed instead."""
        with self._changed:
            self._dropped = kind

    @property
    def has_dropped(self):
        with self._changed:
            return self._dropped is None

    def slow(self, kind, seconds):
        """From now on answers to requests of this kind take so much longer."""
        with self._changed:
            self._slow[kind] = seconds

    def wait_slowed(self, limit):
        """Until the first answer is there that takes longer."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._slowed, limit), "no such answer has come"

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
            first = self._message(client)
            if first is None:
                return
            length = max(0, struct.unpack(">h", first[12:14])[0])
            name = first[14:14 + length].decode(errors="replace")
            with self._changed:
                if self._cut is not None and self._cut in name:
                    return
                try:
                    broker = socket.create_connection(("127.0.0.1", self.target))
                except OSError:
                    return
                pair = (client, broker)
                self._open.append((name, pair))
            with broker:
                late = {}  # number of a request: seconds
                answers = threading.Thread(target=self._pass_answers, args=(pair, name, late), daemon=True)
                answers.start()
                self._pass_requests(pair, first, late)
                answers.join()
            with self._changed:
                self._open.remove((name, pair))

    @staticmethod
    def _message(source):
        """A request or an answer with its length in front; None: there are no more."""
        try:
            length = source.recv(4, socket.MSG_WAITALL)
            if len(length) < 4:
                return None
            wanted = struct.unpack(">i", length)[0]
            content = source.recv(wanted, socket.MSG_WAITALL)
        except OSError:
            return None
        return length + content if len(content) == wanted else None

    def _pass_requests(self, pair, message, late):
        client, broker = pair
        try:
            while message is not None:
                kind, _, number = struct.unpack(">hhi", message[4:12])
                with self._changed:
                    if kind == self._dropped:
                        self._dropped = None
                        break
                    if kind in self._slow:
                        late[number] = self._slow[kind]
                broker.sendall(message)
                message = self._message(client)
        except OSError:
            pass
        self._close(pair)

    def _pass_answers(self, pair, name, late):
        client, broker = pair
        try:
            while (message := self._message(broker)) is not None:
                with self._changed:
                    self._changed.wait_for(lambda: self._held is None or self._held not in name)
                    seconds = late.pop(struct.unpack(">i", message[4:8])[0], 0)
                    self._slowed |= seconds > 0
                    self._changed.notify_all()
                time.sleep(seconds)
                client.sendall(message)
        except OSError:
            pass
        self._close(pair)
