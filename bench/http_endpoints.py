"""Endpoints for the HTTP part of bench/run: nginx, which answers at once, and one that takes its time."""
import asyncio, pathlib, subprocess, threading, time, urllib.request


class Nginx:
    """nginx on a port of this machine, answering {"retry":false} to everything."""

    def __init__(self, folder, port):
        self.folder = pathlib.Path(folder) / 'nginx'
        self.folder.mkdir()
        self.url, self.status, self.asked = f'http://127.0.0.1:{port}/', f'http://127.0.0.1:{port}/status', 0
        (self.folder / 'nginx.conf').write_text(f'''
daemon off; worker_processes 1; pid {self.folder}/pid; error_log {self.folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000000; default_type application/json;
  client_body_temp_path {self.folder}/body; proxy_temp_path {self.folder}/proxy; fastcgi_temp_path {self.folder}/fastcgi;
  uwsgi_temp_path {self.folder}/uwsgi; scgi_temp_path {self.folder}/scgi;
  server {{ listen 127.0.0.1:{port};
    location / {{ return 200 '{{"retry":false}}'; }}
    location /status {{ stub_status; }} }}
}}
''')

    def __enter__(self):
        self.process = subprocess.Popen(['/usr/sbin/nginx', '-p', self.folder, '-c', self.folder / 'nginx.conf'],
                                        stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                self.requests()
                return self
            except OSError:
                time.sleep(0.05)
        raise SystemExit('nginx does not answer: ' + (self.folder / 'error.log').read_text()[-500:])

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def requests(self):
        """How many there were, without those of this question."""
        text = urllib.request.urlopen(self.status, timeout=10).read().decode()
        self.asked += 1
        return int(text.split('\n')[2].split()[2]) - self.asked


class Slow:
    """Answers each request after so many seconds."""

    def __init__(self, seconds):
        self.seconds, self.count = seconds, 0
        self.loop, self.ready = asyncio.new_event_loop(), threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        self.ready.wait()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    def requests(self):
        return self.count

    def run(self):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self.serve, '127.0.0.1', 0))
        self.url = f'http://127.0.0.1:{server.sockets[0].getsockname()[1]}/'
        self.ready.set()
        self.loop.run_forever()
        left = asyncio.all_tasks(self.loop)  # of connections that are still open
        for task in left:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*left))

    async def serve(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b'\r\n\r\n')
                await reader.readexactly(int(head.split(b'Content-Length: ')[1].split(b'\r\n')[0]))
                await asyncio.sleep(self.seconds)
                self.count += 1
                writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"retry":false}')
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.close()
