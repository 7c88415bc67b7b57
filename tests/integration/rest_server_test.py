"""How the REST API is served: listeners, https, who may come in, connectors that never return (rest.md 1)."""

import base64
import concurrent.futures
import http.client
import json
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import time

from harness import JAVA, LIMIT, Scenario, free_port, main, setting, wait_until

BASIC_AUTH = JAVA + "rest.basic.auth.extension.BasicAuthSecurityRestExtension"
LOGIN_MODULE = JAVA + "rest.basic.auth.extension.PropertyFileLoginModule"


class Served(Scenario):
    def setUp(self):
        super().setUp()
        self.stores = pathlib.Path(setting("MILLRACE_TEST_DATA")) / "security/stores"
        self.port = free_port()

    def tls(self, client=False):
        context = ssl.create_default_context(cafile=str(self.stores / "trust.pem"))
        if client:
            context.load_cert_chain(self.stores / "client.pem")
        return context

    def get(self, path="/", port=None, tls=None, host="127.0.0.1", method="GET", **headers):
        """(status, headers, text)"""
        port = port or self.port
        connection = http.client.HTTPSConnection(host, port, timeout=LIMIT, context=tls) if tls else \
            http.client.HTTPConnection(host, port, timeout=LIMIT)
        try:
            connection.request(method, path, headers={key.replace("_", "-"): value for key, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def key_store(self, prefix="listeners.https."):
        return {prefix + "ssl.keystore.location": self.stores / "server.p12",
                prefix + "ssl.keystore.password": "store-secret"}

    def refused(self, **settings):
        """The log of a worker that does not start with these settings."""
        worker = self.worker(**settings)
        self.assertEqual(worker.wait_exit(), 2, worker.log)
        return worker.log


class Listeners(Served):
    def test_http_and_https_with_a_clients_certificate(self):
        secure = free_port()
        worker = self.worker(listeners=f"http://127.0.0.1:{self.port},https://127.0.0.1:{secure}", **{
            **self.key_store(), "listeners.https.ssl.client.auth": "required",
            "listeners.https.ssl.truststore.location": self.stores / "trust.jks",
            "ssl.client.auth": "none"}).started()
        self.assertEqual(self.get()[0], 200)
        self.assertEqual(self.get(port=secure, tls=self.tls(client=True))[0], 200)
        with self.assertRaises((ssl.SSLError, OSError, http.client.HTTPException)):
            self.get(port=secure, tls=self.tls())
        self.assertEqual(self.get()[0], 200)
        self.assertIn(f"Advertised URI: http://127.0.0.1:{self.port}/", worker.log)

    def test_https_alone_is_advertised(self):
        self.worker(listeners=f"https://127.0.0.1:{self.port}", rest_advertised_host_name="public.example",
                    **self.key_store("")).started().wait_log(f"Advertised URI: https://public.example:{self.port}/")
        status, _, text = self.get(tls=self.tls())
        self.assertEqual((status, json.loads(text)["version"]), (200, "4.3.0"))

    def test_a_renewed_key_store_is_followed(self):
        store = self.path("store.p12")
        shutil.copy(self.stores / "server.p12", store)
        worker = self.worker(listeners=f"https://127.0.0.1:{self.port}", ssl_keystore_location=store,
                             ssl_keystore_password="store-secret").started()
        self.assertEqual(self.get(tls=self.tls())[0], 200)
        shutil.copy(self.stores / "client.p12", self.path("new"))
        self.path("new").rename(store)

        def name():
            pem = ssl.get_server_certificate(("127.0.0.1", self.port))
            return subprocess.run(["openssl", "x509", "-noout", "-subject"], input=pem, text=True, check=True,
                                  stdout=subprocess.PIPE).stdout
        wait_until(lambda: "client" in name(), "the new certificate is shown")
        worker.wait_log("the files of https have changed: it shows the certificate of CN=client")

    def test_admin_listeners(self):
        admin = free_port()
        self.worker(listeners=f"http://127.0.0.1:{self.port}", admin_listeners=f"http://127.0.0.1:{admin}",
                    access_control_allow_origin="*").started()
        self.assertEqual(self.get("/admin/loggers")[0], 404)
        self.assertEqual(self.get("/connectors")[0], 200)
        status, headers, _ = self.get("/connectors", port=admin)
        self.assertEqual((status, headers["Vary"]), (404, None))

    def test_ipv6(self):
        port = free_port(socket.AF_INET6, "::1")
        self.worker(listeners=f"http://[::1]:{port}").started().wait_log(
            re.escape(f"Advertised URI: http://[::1]:{port}/"))
        self.assertEqual(self.get(host="::1", port=port)[0], 200)

    def test_all_interfaces_speak_both_families(self):
        self.worker(listeners=f"http://:{self.port}").started()
        self.assertEqual(self.get()[0], 200)
        self.assertEqual(self.get(host="::1")[0], 200)

    def test_what_cannot_be_served_ends_the_start(self):
        log = self.refused(listeners=f"https://127.0.0.1:{self.port}")
        self.assertIn("setting 'ssl.keystore.location' is missing: an https listener needs a key", log)
        log = self.refused(listeners=f"https://127.0.0.1:{self.port}", **{
            **self.key_store(), "listeners.https.ssl.keystore.password": "hunter2"})
        self.assertRegex(log, "'listeners.https.ssl.keystore.location': .*the password is wrong")
        self.assertNotIn("hunter2", log)
        for wrong, text in (
                ({"listeners": "ftp://a:1"}, 'configuration listeners: Listener protocol must be either "http" or "https"'),
                ({"listeners": "localhost:8083"}, "configuration listeners: Listener doesn't have the right format"),
                ({"admin_listeners": "http://a"}, "configuration admin.listeners: Listener doesn't have the right format"),
                ({"response_http_headers_config": "put X: y"}, "'put X: y': an action is one of set, add, setDate, addDate"),
                ({"response_http_headers_config": "set Content-Length: 1"}, "this header frames the answer"),
                ({"response_http_headers_config": "setDate Expires: soon"}, "milliseconds from now"),
                ({"access_control_allow_origin": "http://("}, "configuration access.control.allow.origin: Invalid regex"),
                ({"access_control_allow_methods": "GET,PUT,GET"}, "access.control.allow.methods: 'GET' is listed twice"),
                ({"rest_extension_classes": "com.example.Login"},
                 "Invalid value com.example.Login for configuration rest.extension.classes"),
                ({"rest_extension_classes": BASIC_AUTH}, "needs a JAAS file with the entry KafkaConnect"),
                ({"millrace_rest_max_body_bytes": "0"}, "configuration millrace.rest.max.body.bytes: Value must be at least 1"),
                ({"listeners": f"https://127.0.0.1:{self.port}", **self.key_store(),
                  "listeners.https.ssl.client.auth": "perhaps"},
                 "Invalid value perhaps for configuration listeners.https.ssl.client.auth")):
            with self.subTest(wrong):
                self.assertIn(text, self.refused(**wrong))


class Access(Served):
    def jaas(self, users="alice=wonder land\n"):
        self.write(users, "users.properties")
        self.write(f'KafkaConnect {{\n  {LOGIN_MODULE} required\n  file="{self.path("users.properties")}";\n}};\n',
                   "jaas.conf")
        return self.path("jaas.conf")

    def basic(self, pair):
        return "Basic " + base64.b64encode(pair.encode()).decode()

    def test_basic_auth(self):
        self.worker(listeners=f"http://127.0.0.1:{self.port}", rest_extension_classes=BASIC_AUTH,
                    millrace_rest_jaas_file=self.jaas()).started()
        status, headers, text = self.get("/connectors")
        self.assertEqual((status, text), (401, "User cannot access the resource."))
        self.assertIsNone(headers["WWW-Authenticate"])
        self.assertEqual(self.get("/connectors", Authorization=self.basic("alice:no"))[0], 401)
        self.assertEqual(self.get("/connectors", Authorization=self.basic("alice:wonder land"))[0], 200)

    def test_basic_auth_as_the_java_worker_is_told(self):
        jaas = self.jaas()
        script = self.path("worker")
        script.write_text("#!/bin/sh\nexport KAFKA_OPTS='-Xmx1G -Djava.security.auth.login.config=%s -Da=b'\n"
                          "exec %s \"$@\"\n" % (jaas, setting("MILLRACE")))
        script.chmod(0o755)
        file = self.path("worker.properties")
        file.write_text(f"bootstrap.servers={self.broker.address}\nkey.converter={JAVA}storage.StringConverter\n"
                        f"value.converter={JAVA}storage.StringConverter\n"
                        f"offset.storage.file.filename={self.path('offsets')}\n"
                        f"listeners=http://127.0.0.1:{self.port}\nrest.extension.classes=BasicAuthSecurityRestExtension\n")
        with subprocess.Popen([script, "standalone", str(file)], stdout=subprocess.DEVNULL) as process:
            try:
                def status():
                    try:
                        return self.get("/connectors")[0]
                    except OSError:
                        return None
                wait_until(lambda: status() == 401, "strangers are refused")
                self.assertEqual(self.get("/connectors", Authorization=self.basic("alice:wonder land"))[0], 200)
            finally:
                process.kill()

    def test_cors_and_headers(self):
        self.worker(listeners=f"http://127.0.0.1:{self.port}", access_control_allow_origin="http://a.example",
                    access_control_allow_methods="GET,PUT",
                    response_http_headers_config='add X-A: 1, "set Cache-Control: no-cache, no-store"').started()
        status, headers, _ = self.get("/connectors", method="OPTIONS", Origin="http://a.example",
                                      Access_Control_Request_Method="PUT")
        self.assertEqual((status, headers["Access-Control-Allow-Origin"], headers["Access-Control-Allow-Methods"],
                          headers["Vary"], headers["X-A"], headers["Cache-Control"]),
                         (200, "http://a.example", "GET, PUT", "Origin", "1", "no-cache, no-store"))
        self.assertIsNone(self.get(Origin="http://b.example")[1]["Access-Control-Allow-Origin"])

    def test_a_body_has_a_bound_of_its_own(self):
        worker = self.worker(millrace_rest_max_body_bytes=100).started()
        self.assertEqual(worker.ask("POST", "/connectors", {"name": "x" * 200, "config": {}})[0], 413)


class Hanging(Served):
    def config(self, hangs_in):
        return {"connector.class": "test.HangingSinkConnector", "topics": self.name, "hangs.in": hangs_in}

    def test_a_connector_that_never_returns_costs_its_own_request_alone(self):
        worker = self.worker(self.sink(), plugin_path=setting("MILLRACE_TEST_PLUGINS"),
                             millrace_rest_reply_timeout_ms=1000).started()
        worker.wait_task(self.name + "-sink", "RUNNING")
        for call in "validate", "start", "task_configs":
            with self.subTest(call):
                begin = time.monotonic()
                status, answer = worker.ask("PUT", f"/connectors/hangs-in-{call}/config", self.config(call))
                self.assertEqual(status, 500, answer)
                self.assertIn("Request timed out", answer["message"])
                self.assertLess(time.monotonic() - begin, 30)
        status, answer = worker.ask("PUT", "/connectors/hangs-in-stop/config", self.config("stop"))
        self.assertEqual(status, 201, answer)
        self.assertEqual(worker.ask("DELETE", "/connectors/hangs-in-stop")[0], 500)
        # Nobody else has noticed.
        self.assertEqual(worker.ask("GET", "/health")[0], 200)
        self.assertEqual(worker.ask("PUT", f"/connectors/{self.name}-sink/pause")[0], 202)
        worker.wait_task(self.name + "-sink", "PAUSED")
        self.assertEqual(worker.ask("PUT", "/connectors/sound/config", self.config("nothing"))[0], 201)
        self.assertEqual(worker.ask("DELETE", "/connectors/sound")[0], 204)
        self.assertEqual(worker.stop(), 143)

    def test_a_class_whose_validations_never_return_is_refused(self):
        worker = self.worker(plugin_path=setting("MILLRACE_TEST_PLUGINS"), millrace_rest_reply_timeout_ms=500).started()
        path, config = "/connector-plugins/HangingSink/config/validate", {"name": "x", **self.config("validate")}

        def threads():
            return worker.threads().count("plugin-call")
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            for status, answer in pool.map(lambda _: worker.ask("PUT", path, config), range(20)):
                self.assertEqual(status, 500, answer)
                self.assertIn("Request timed out", answer["message"])
        self.assertEqual(threads(), 8)
        wait_until(lambda: worker.ask("PUT", path, config)[0] == 503, "it is refused")
        status, answer = worker.ask("PUT", "/connectors/hangs/config", self.config("validate"))
        self.assertEqual(status, 503, answer)
        self.assertRegex(answer["message"], r"Connector class test\.HangingSinkConnector is not asked: "
                                            r"8 calls of its code have not returned, the first for \d+ s")
        self.assertEqual(threads(), 8)
        status, answer = worker.ask("PUT", "/connector-plugins/FileStreamSink/config/validate",
                                    {"name": "x", "connector.class": "FileStreamSink", "topics": self.name})
        self.assertEqual((status, answer["error_count"]), (200, 0))
        self.assertEqual(worker.ask("PUT", "/connectors/sound/config", {
            "connector.class": "FileStreamSink", "topics": self.name, "file": str(self.path("out.txt"))})[0], 201)
        worker.wait_log("WARN .*Connector class test.HangingSinkConnector is not asked")
        self.assertEqual(worker.stop(), 143)

    def test_validation_that_never_returns(self):
        worker = self.worker(plugin_path=setting("MILLRACE_TEST_PLUGINS"), millrace_rest_reply_timeout_ms=1000).started()
        status, answer = worker.ask("PUT", "/connector-plugins/HangingSink/config/validate",
                                    {"name": "x", **self.config("validate")})
        self.assertEqual(status, 500, answer)
        self.assertIn("Request timed out", answer["message"])
        self.assertEqual(worker.ask("GET", "/health")[0], 200)


if __name__ == "__main__":
    main()
