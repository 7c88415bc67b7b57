"""The HTTP sink as its users meet it: the file that is shipped, and HTTP/2 spoken with nginx."""

import pathlib
import socket
import subprocess

from endpoint import AGAIN, GOOD, Endpoint
from harness import Worker, free_port, main, setting, wait_until
from http_scenario import HttpScenario

DATA = pathlib.Path(setting("MILLRACE_TEST_DATA")).resolve()
CONFIG = DATA.parents[1] / "config"
NGINX = "/usr/sbin/nginx"


def shipped(name, **changes):
    """The settings of a file in config/, with other values for those keys; `_` stands for a dot."""
    lines = (line for line in (CONFIG / name).read_text().splitlines() if line and not line.startswith("#"))
    settings = dict(line.split("=", 1) for line in lines)
    for key, value in changes.items():
        if key.replace("_", ".") not in settings:
            raise AssertionError(f"config/{name} has no {key}")
        settings[key.replace("_", ".")] = value
    return settings


class ShippedFiles(HttpScenario):
    """With nothing changed but where things are."""

    def setUp(self):
        super().setUp()
        self.own_broker()  # topic and group of those files belong to this test alone
        self.broker.create("connect-test", 2)

    def started(self, endpoint):
        worker = Worker(self.folder,
                        shipped("connect-standalone.properties", bootstrap_servers=self.broker.address,
                                listeners="http://127.0.0.1:0", offset_storage_file_filename=self.path("offsets")),
                        [shipped("http-sink.properties", callback_request_url=endpoint.url)])
        self.addCleanup(worker.__exit__)
        return worker.started()

    def test_records_arrive_as_they_are_and_one_that_is_refused_comes_again(self):
        refused = []

        def answer(body):
            if body == "0 1" and not refused:
                refused.append(body)
                return AGAIN
            return GOOD

        with Endpoint(answer) as endpoint:
            worker = self.started(endpoint)
            worker.wait_task("local-http-sink", "RUNNING")
            self.broker.produce("connect-test", ["0 0", "0 1", "0 h\u00e9llo \U0001f600"], 0)
            self.broker.produce("connect-test", ["1 0"], 1)
            self.wait_committed({0: 3, 1: 1}, "connect-local-http-sink", "connect-test")  # 5 s: the first bracket
            self.assertEqual([body for body in endpoint.delivered if body[0] == "0"],
                             ["0 0", "0 1", "0 h\u00e9llo \U0001f600"])
            self.assertEqual(endpoint.seen["0 1"], 2)
            head = endpoint.head.decode().split("\r\n")
            self.assertEqual(head[0], "POST /records HTTP/1.1")
            self.assertIn("Content-Type: text/plain", head)
            self.assertEqual(worker.stop(), 143)

    def test_its_settings_are_what_validation_wants(self):
        with Endpoint() as endpoint:
            worker = self.started(endpoint)
            _, judged = worker.ask("PUT", "/connector-plugins/HttpSink/config/validate",
                                   shipped("http-sink.properties"))
            self.assertEqual(judged["error_count"], 0)
            known = {one["value"]["name"] for one in judged["configs"]}
            self.assertEqual({key for key in shipped("http-sink.properties") if key not in known}, set())


class Http2(HttpScenario):
    """nginx takes HTTP/2 and hands it on to an endpoint, as HTTP/1.1. After a thousand requests it ends a connection."""

    def nginx(self, endpoint):
        """Ports: TLS, and HTTP/2 without it."""
        ports = [free_port(), free_port()]
        folder = self.path("nginx")
        folder.mkdir()
        temporary = "".join(f"{kind}_temp_path {folder}/{kind}; "
                            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        location = f"location / {{ proxy_pass {endpoint.url}; proxy_http_version 1.1; }}"
        (folder / "nginx.conf").write_text(f"""
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  log_format protocol '$server_protocol $connection $status'; access_log {folder}/access.log protocol;
  {temporary}
  server {{ listen 127.0.0.1:{ports[0]} ssl http2; {location}
    ssl_certificate {DATA}/security/stores/server.pem; ssl_certificate_key {DATA}/security/stores/server.pem; }}
  server {{ listen 127.0.0.1:{ports[1]} http2; {location} }}
}}
""")
        process = subprocess.Popen([NGINX, "-p", folder, "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL,
                                   start_new_session=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)

        def answers():
            try:
                socket.create_connection(("127.0.0.1", ports[1]), timeout=5).close()
                return True
            except OSError:
                return False
        wait_until(answers, lambda: f"nginx answers: {(folder / 'error.log').read_text()[-500:]}")
        return ports

    def protocols(self):
        """(protocol, connection, status) of each request that nginx has answered."""
        return [tuple(line.split()) for line in self.path("nginx/access.log").read_text().splitlines()]

    def run_against_nginx(self, scheme, version, **settings):
        records = self.fill(2400 if scheme == "https" else 400)  # without TLS each may need a connection
        with Endpoint() as endpoint:
            ports = self.nginx(endpoint)
            port = ports[0] if scheme == "https" else ports[1]
            worker = self.worker(self.http(
                f"{scheme}://127.0.0.1:{port}/records", callback_timeout_read_ms=5000, http_version=version,
                exception_strategy="PROGRESS_BACK_OFF_STOP_TASK", **settings, **{
                    "https.ssl.truststore.type": "PEM",
                    "https.ssl.truststore.location": f"{DATA}/security/stores/trust.pem"})).started()
            self.wait_through(records, worker)
            self.assert_in_order(records, endpoint.delivered)
        return self.protocols()

    def test_by_tls_with_requests_side_by_side(self):
        seen = self.run_against_nginx("https", "2", max_in_flight_requests=16, ordering="partition")
        self.assertEqual({protocol for protocol, _, _ in seen}, {"HTTP/2.0"})
        self.assertLess(len({connection for _, connection, _ in seen}), 30, "requests share connections")

    def test_without_tls(self):
        seen = self.run_against_nginx("http", "2")
        self.assertEqual({protocol for protocol, _, _ in seen}, {"HTTP/2.0"})

    def test_it_is_not_spoken_unless_it_is_wanted(self):
        seen = self.run_against_nginx("https", "1.1")
        self.assertEqual({protocol for protocol, _, _ in seen}, {"HTTP/1.1"})

    def test_auto_takes_what_tls_offers(self):
        seen = self.run_against_nginx("https", "auto", max_in_flight_requests=4, ordering="partition")
        self.assertEqual({protocol for protocol, _, _ in seen}, {"HTTP/2.0"})


if __name__ == "__main__":
    main()
