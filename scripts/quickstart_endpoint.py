"""quickstart_endpoint.py PORT: an HTTP server that prints the records it gets. It asks for every third one again."""
import http.server
import itertools
import json
import sys

count = itertools.count(1)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode(errors="replace")
        again = next(count) % 3 == 0
        print("asked again for" if again else "took", f"{self.headers['X-B3-Info']}: {body}", flush=True)
        answer = json.dumps({"retry": again}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
print("listening", flush=True)
server.serve_forever()
