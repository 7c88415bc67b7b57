"""What the HTTP sink writes to topics of its own: dead letters, results and errors, with secured brokers too."""

import pathlib

from endpoint import AGAIN, GOOD, Endpoint
from harness import free_port, main, setting, wait_until
from http_scenario import HttpScenario

CONTEXT = "__connect.errors."
STORES = pathlib.Path(setting("MILLRACE_TEST_DATA")).resolve() / "security/stores"
SECURITY = "org.apache.kafka.common.security."
LOGIN = SECURITY + 'plain.PlainLoginModule required username="alice" password="{}";'


class DeadLetters(HttpScenario):
    def letters(self, count):
        self.wait_messages(count, self.name + "-dead")
        return self.broker.everything(self.name + "-dead")

    def with_queue(self, url, **settings):
        return self.http(url, errors_tolerance="all", errors_deadletterqueue_topic_name=self.name + "-dead",
                         errors_deadletterqueue_topic_replication_factor=1,
                         errors_deadletterqueue_context_headers_enable="true", **settings)

    def test_what_is_dropped_becomes_a_dead_letter(self):
        for i in range(3):
            self.broker.put(self.name, f"key {i}", f"0 {i}", h=f"header {i}")
        with Endpoint(lambda body: AGAIN if body == "0 1" else GOOD) as endpoint:
            self.worker(self.with_queue(endpoint.url, exception_strategy="DROP_MESSAGE", dlq_on_drop="true")).started()
            [letter] = self.letters(1)
            self.wait_committed({0: 3}, f"connect-{self.name}", self.name)
        self.assertEqual(endpoint.delivered, ["0 0", "0 2"])
        self.assertEqual((letter["key"], letter["value"]), (b"key 1", b"0 1"))
        headers = dict(letter["headers"])
        self.assertEqual(headers.pop("h"), b"header 1")
        told = {name.removeprefix(CONTEXT): value.decode() for name, value in headers.items()}
        trace = told.pop("exception.stacktrace")
        self.assertEqual(told, {
            "topic": self.name, "partition": "0", "offset": "1", "connector.name": self.name, "task.id": "0",
            "stage": "TASK_PUT", "class.name": "org.apache.kafka.connect.sink.SinkTask",
            "exception.class.name": "org.apache.kafka.connect.errors.ConnectException",
            "exception.message": "Received response retry=true"})
        self.assertIn(f"topic={self.name} key=key 1 partition=0 offset=1", trace)

    def test_what_can_never_be_sent_becomes_one(self):
        self.broker.put(self.name, "good", "0 0")
        self.broker.put(self.name, "a\r\nX-Evil: b", "0 1")
        self.broker.put(self.name, "good", "0 2")
        with Endpoint() as endpoint:
            self.worker(self.with_queue(endpoint.url, template_enabled="true",
                                        callback_request_headers='{"X-Key":"${key}"}')).started()
            [letter] = self.letters(1)
            self.wait_committed({0: 3}, f"connect-{self.name}", self.name)
        self.assertEqual(endpoint.delivered, ["0 0", "0 2"])
        self.assertEqual((letter["key"], letter["value"]), (b"a\r\nX-Evil: b", b"0 1"))

    def test_without_a_reason_to_go_on_nothing_is_left_out(self):
        self.broker.put(self.name, None, "0 0")
        sink = self.with_queue("http://127.0.0.1:1/", exception_strategy="DROP_MESSAGE", dlq_on_drop="true",
                               request_retry_backoff_sec=0)
        worker = self.worker(sink).started()
        worker.wait_task(self.name, "FAILED")  # a request error says nothing about the record
        self.assertEqual(self.broker.committed(f"connect-{self.name}", self.name), {0: -1})
        self.assertEqual(self.broker.end(self.name + "-dead"), 0)


class SecuredReports(HttpScenario):
    """Report topics on a listener with TLS that wants a certificate and a password; records come by another one."""

    def setUp(self):
        super().setUp()
        self.secured = f"127.0.0.1:{free_port()}"
        listener = "listener.name.sasl_ssl."
        self.own_broker(
            f"listeners=PLAINTEXT://127.0.0.1:%PORT%,SASL_SSL://{self.secured},CONTROLLER://127.0.0.1:%CONTROLLER%",
            f"advertised.listeners=PLAINTEXT://127.0.0.1:%PORT%,SASL_SSL://{self.secured}",
            "sasl.enabled.mechanisms=PLAIN", f"ssl.keystore.location={STORES}/server.p12", "ssl.keystore.type=PKCS12",
            "ssl.keystore.password=store-secret", f"ssl.truststore.location={STORES}/trust.p12",
            "ssl.truststore.type=PKCS12", "ssl.truststore.password=store-secret", f"{listener}ssl.client.auth=required",
            f"{listener}plain.sasl.jaas.config={SECURITY}plain.PlainLoginModule required "
            'user_alice="alice secret";')
        self.broker.create(self.name, 1)
        self.broker.produce(self.name, ["0 0", "0 1", "0 2"])
        for topic in "results", "errors":
            self.broker.create(f"{self.name}-{topic}", 1)

    def reporting(self, url, password="alice secret", **settings):
        return self.http(url, exception_strategy="DROP_MESSAGE", reporter_bootstrap_servers=self.secured,
                         reporter_result_topic_name=self.name + "-results",
                         reporter_error_topic_name=self.name + "-errors", **{
                             "reporter.producer.security.protocol": "SASL_SSL",
                             "reporter.producer.sasl.mechanism": "PLAIN",
                             "reporter.producer.sasl.jaas.config": LOGIN.format(password),
                             "reporter.producer.ssl.truststore.location": f"{STORES}/trust.jks",
                             "reporter.producer.ssl.truststore.password": "store-secret",
                             "reporter.producer.ssl.keystore.location": f"{STORES}/client.jks",
                             "reporter.producer.ssl.keystore.password": "store-secret",
                             "reporter.producer.ssl.key.password": "key-secret", **settings})

    def test_reports_arrive_and_offsets_wait_for_them(self):
        with Endpoint(lambda body: AGAIN if body == "0 1" else GOOD) as endpoint:
            self.worker(self.reporting(endpoint.url)).started()
            self.wait_committed({0: 3}, f"connect-{self.name}", self.name)
        self.assertEqual(self.broker.values(self.name + "-results"), ['{"retry":false}'] * 2)
        [error] = self.broker.everything(self.name + "-errors")
        self.assertEqual(error["value"], b"Received response retry=true")
        self.assertEqual(dict(error["headers"]), {"topic": self.name.encode(), "partition": b"0", "offset": b"1",
                                                  "status": b"200"})

    def refused(self, **settings):
        """The log and trace of a task whose reports nobody takes."""
        with Endpoint() as endpoint:
            worker = self.worker(self.reporting(endpoint.url, **settings)).started()
            trace = worker.wait_task(self.name, "FAILED")["trace"]
            self.assertIn("reporter.bootstrap.servers: no report can be sent", trace)
            self.assertEqual(self.broker.committed(f"connect-{self.name}", self.name), {0: -1}, "no report, no commit")
            return worker.log + trace

    def test_a_wrong_password_fails_the_task_and_does_not_show(self):
        told = self.refused(password="hunter2-hunter2")
        self.assertIn("SASL", told)
        self.assertNotIn("hunter2", told)

    def test_brokers_that_are_not_trusted_fail_the_task(self):
        untrusted = {"reporter.producer.ssl.truststore.location": None,
                     "reporter.producer.ssl.truststore.password": None}
        self.assertIn("certificate verify failed", self.refused(**untrusted))


if __name__ == "__main__":
    main()
