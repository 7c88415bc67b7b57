"""An HTTP endpoint for tests that answers as it is told, and remembers what it let pass.

Each request is one record; its body is `<partition> <number>`. Answers come from a function of the body; those that
say so fail at random, always the same way for the same seed."""

import asyncio
import collections
import random
import struct
import socket
import threading

GOOD = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{"retry":false}'
AGAIN = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{"retry":true}'


def status(code, body=b""):
    return b"HTTP/1.1 %d x\r\nContent-Length: %d\r\n\r\n%s" % (code, len(body), body)


RESET, CLOSE, HANG, BROKEN = object(), object(), object(), object()
# What a random failure may be. All count as response errors, but for 503, a request error.
FAILURES = [AGAIN, status(500, b"oops"), status(429), status(200, b"{}"), status(204), RESET, CLOSE, HANG, BROKEN]
WITH_503 = FAILURES + [status(503), status(401)]


class Endpoint:
    """Runs on a thread of its own until the end of the with block."""

    def __init__(self, answer=lambda body: GOOD):
        self.answer = answer
        self.delivered = []  # bodies that were answered by GOOD, in that order
        self.seen = collections.Counter()  # how often each body came
        self.refused = set()  # bodies that were answered by something else
        self.requests = 0
        self.head = b""  # of the request that came last
        self.connections = self.most_connections = 0  # open at the same time
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @classmethod
    def failing(cls, rate, failures, seed=1):
        source = random.Random(seed)
        return cls(lambda body: source.choice(failures) if source.random() < rate else GOOD)

    def __enter__(self):
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/records"

    def _run(self):
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self._loop.create_server(lambda: _Connection(self), "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()


class _Connection(asyncio.Protocol):
    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.text = b""

    def connection_made(self, transport):
        self.transport = transport
        self.endpoint.connections += 1
        self.endpoint.most_connections = max(self.endpoint.most_connections, self.endpoint.connections)

    def connection_lost(self, _):
        self.endpoint.connections -= 1

    def data_received(self, data):
        self.text += data
        while (head := self.text.find(b"\r\n\r\n")) >= 0:
            at = self.text.find(b"Content-Length: ") + 16
            size = int(self.text[at:self.text.index(b"\r\n", at)])
            if len(self.text) < head + 4 + size:
                return
            body = self.text[head + 4:head + 4 + size].decode()
            self.endpoint.head = self.text[:head]
            self.text = self.text[head + 4 + size:]
            self.reply(body)

    def reply(self, body):
        endpoint = self.endpoint
        endpoint.requests += 1
        endpoint.seen[body] += 1
        answer = endpoint.answer(body)
        if answer is GOOD:
            endpoint.delivered.append(body)
        else:
            endpoint.refused.add(body)
        if answer is RESET:
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
        elif answer is CLOSE:
            self.transport.close()
        elif answer is BROKEN:  # a body that never comes to its end
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ret")
            self.transport.close()
        elif answer is not HANG:
            self.transport.write(answer)
