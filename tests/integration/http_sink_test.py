"""A topic into an HTTP endpoint: nothing lost and nothing out of order while the endpoint fails at random and the worker
is killed; waits of any length that hold up nobody.

MILLRACE_HTTP_RECORDS: how many records the long runs send (./dev test: 4 000 each)."""

import threading
import time

from endpoint import AGAIN, FAILURES, GOOD, HANG, WITH_503, Endpoint, status
from harness import GIVEN_UP_SOON, main, wait_until
from http_scenario import LONG, PARTITIONS, RECORDS, HttpScenario


class RandomFailures(HttpScenario):
    def run_with(self, strategy, failures, **settings):
        records = self.fill()
        with Endpoint.failing(0.03, failures) as endpoint:
            worker = self.worker(self.http(endpoint.url, exception_strategy=strategy, **settings)).started()
            self.wait_through(records, worker)
            worker.stop()
            return records, endpoint

    def test_back_off_and_drop_loses_nothing_while_brackets_are_left(self):
        records, endpoint = self.run_with("PROGRESS_BACK_OFF_DROP_MESSAGE", WITH_503)
        self.assert_in_order(records, endpoint.delivered)
        self.assertGreater(len(endpoint.refused), RECORDS // 100)

    def test_back_off_and_stop_loses_nothing(self):
        records, endpoint = self.run_with("PROGRESS_BACK_OFF_STOP_TASK", WITH_503)
        self.assert_in_order(records, endpoint.delivered)

    def test_drop_leaves_out_exactly_what_was_refused(self):
        records, endpoint = self.run_with("DROP_MESSAGE", FAILURES)
        self.assert_in_order(records, endpoint.delivered, endpoint.refused - set(endpoint.delivered))
        # What was answered badly was never sent again, but for a close or reset of a connection that had been used
        # before, which may be no answer at all.
        self.assertGreater(len(endpoint.refused - set(endpoint.delivered)), RECORDS // 200)

    def test_stop_goes_on_where_it_stopped(self):
        records = self.fill(RECORDS // 4)
        with Endpoint.failing(0.01, FAILURES) as endpoint:
            worker = self.worker(self.http(endpoint.url, exception_strategy="STOP_TASK")).started()
            enough = threading.Event()
            restarts = 0
            waiting = threading.Thread(target=lambda: (self.wait_through(records), enough.set()), daemon=True)
            waiting.start()
            while not enough.wait(0.05):
                if worker.task(self.name).get("state") == "FAILED":
                    self.assertEqual(worker.ask("POST", f"/connectors/{self.name}/tasks/0/restart")[0], 204)
                    restarts += 1
            self.assert_in_order(records, endpoint.delivered)
            self.assertGreater(restarts, 0)

    def test_in_flight_by_key_loses_nothing(self):
        # Records have no keys here, so the order is that of each partition.
        records, endpoint = self.run_with("PROGRESS_BACK_OFF_STOP_TASK", WITH_503, max_in_flight_requests=16,
                                          ordering="key")
        self.assert_in_order(records, endpoint.delivered)

    def test_in_flight_by_key_each_key_stays_in_order(self):
        keys = [f"k{i}" for i in range(24)]
        self.broker.create(self.name, PARTITIONS)
        records = {key: [f"{key} {i}" for i in range(RECORDS // len(keys))] for key in keys}
        for partition in range(PARTITIONS):
            # The keys of a partition take turns, now this one and now that.
            own = keys[partition::PARTITIONS]
            lines = [(key, records[key][i]) for i in range(RECORDS // len(keys))
                     for key in (own if i % 2 else reversed(own))]
            self.broker.produce_keyed(self.name, lines, partition)
        with Endpoint.failing(0.03, WITH_503) as endpoint:
            worker = self.worker(self.http(endpoint.url, exception_strategy="PROGRESS_BACK_OFF_STOP_TASK",
                                           max_in_flight_requests=16, ordering="key")).started()
            self.wait_through({partition: keys[partition::PARTITIONS] * (RECORDS // len(keys))
                               for partition in range(PARTITIONS)}, worker)
            self.assert_in_order(records, endpoint.delivered)
            self.assertGreater(endpoint.most_connections, 4, "keys side by side")

    def test_killed_in_mid_run_it_repeats_and_loses_nothing(self):
        records = self.fill()
        with Endpoint.failing(0.03, WITH_503) as endpoint:
            sink = self.http(endpoint.url, **GIVEN_UP_SOON)
            for share in (0.2, 0.6):
                worker = self.worker(sink).started()
                wait_until(lambda: len(endpoint.delivered) > RECORDS * share, "records come in", seconds=LONG)
                worker.kill()
            worker = self.worker(sink).started()
            self.wait_through(records, worker)
            self.assert_in_order(records, endpoint.delivered)


class Waits(HttpScenario):
    """One record that is not taken, and a back-off of ten minutes."""

    def waiting_worker(self, answer=AGAIN, **settings):
        self.broker.create(self.name, 1)
        self.broker.produce(self.name, ["0 0", "0 1"])
        self.endpoint = Endpoint(lambda body: answer if body == "0 1" and not self.healed else GOOD)
        self.healed = False
        self.endpoint.__enter__()
        self.addCleanup(self.endpoint.__exit__)
        worker = self.worker(self.http(self.endpoint.url, retry_backoff_sec=600, **settings)).started()
        wait_until(lambda: self.endpoint.requests >= 2, "the second record is refused")
        return worker

    def wait_first_committed(self):
        self.wait_committed({0: 1}, f"connect-{self.name}", self.name)

    def test_the_consumer_stays_in_its_group(self):
        worker = self.waiting_worker(consumer_override_max_poll_interval_ms=6000,
                                     consumer_override_session_timeout_ms=6000,
                                     consumer_override_heartbeat_interval_ms=500)
        self.wait_first_committed()
        # Nothing tells that a member is not put out. One that does not poll is after that interval, and librdkafka looks
        # twice a second.
        time.sleep(8)
        self.assertEqual(worker.task(self.name)["state"], "RUNNING")
        self.assertEqual(self.endpoint.requests, 2)
        self.assertNotIn("max.poll.interval", worker.log)
        self.assertNotIn("evoked", worker.log)

    def test_a_stop_takes_effect_at_once(self):
        worker = self.waiting_worker()
        begin = time.monotonic()
        self.assertEqual(worker.stop(), 143)
        self.assertLess(time.monotonic() - begin, 5)
        self.assertEqual(self.broker.committed(f"connect-{self.name}", self.name), {0: 1})

    def test_a_stop_in_mid_request_leaves_the_record_uncommitted(self):
        worker = self.waiting_worker(answer=HANG, callback_timeout_read_ms=0)
        begin = time.monotonic()
        self.assertEqual(worker.stop(), 143)
        self.assertLess(time.monotonic() - begin, 5)
        self.assertEqual(self.broker.committed(f"connect-{self.name}", self.name), {0: 1})

    def test_a_pause_takes_effect_at_once(self):
        worker = self.waiting_worker()
        begin = time.monotonic()
        worker.ask("PUT", f"/connectors/{self.name}/pause")
        worker.wait_task(self.name, "PAUSED")
        self.assertLess(time.monotonic() - begin, 5)
        self.wait_first_committed()

    def test_a_restart_tries_again_at_once(self):
        worker = self.waiting_worker()
        self.healed = True
        worker.ask("POST", f"/connectors/{self.name}/tasks/0/restart")
        self.wait_committed({0: 2}, f"connect-{self.name}", self.name)
        self.assertEqual(self.endpoint.delivered[-1], "0 1")

    def test_a_new_configuration_takes_effect_at_once(self):
        worker = self.waiting_worker()
        with Endpoint() as other:
            code, _ = worker.ask("PUT", f"/connectors/{self.name}/config",
                                 {key: str(value) for key, value in self.http(other.url).items()})
            self.assertEqual(code, 200)
            self.wait_committed({0: 2}, f"connect-{self.name}", self.name)
            self.assertEqual(other.delivered, ["0 1"])


class Answers(HttpScenario):
    def test_a_failed_task_says_why(self):
        self.broker.create(self.name, 1)
        self.broker.produce(self.name, ["0 0"])
        with Endpoint(lambda body: status(503)) as endpoint:
            worker = self.worker(self.http(endpoint.url, request_retry_backoff_sec=0)).started()
            trace = worker.wait_task(self.name, "FAILED")["trace"]
            self.assertIn("Unable to connect to callback API:  received status: 503", trace)
            self.assertIn(f"topic={self.name} key= partition=0 offset=0", trace)
            self.assertEqual(worker.status(self.name)["connector"]["state"], "RUNNING")
            self.assertEqual(self.broker.committed(f"connect-{self.name}", self.name), {0: -1})

    def test_a_url_that_is_none_is_refused(self):
        worker = self.worker().started()
        code, body = worker.ask("PUT", f"/connectors/{self.name}/config",
                                {key: str(value) for key, value in self.http("not-a-url").items()})
        self.assertEqual(code, 400)
        self.assertIn("callback.request.url", body["message"])

    def test_results_and_errors_have_topics_of_their_own(self):
        self.broker.create(self.name, 1)
        self.broker.produce(self.name, ["0 0", "0 1", "0 2"])
        for topic in "results", "errors":
            self.broker.create(f"{self.name}-{topic}", 1)
        with Endpoint(lambda body: AGAIN if body == "0 1" else GOOD) as endpoint:
            self.worker(self.http(endpoint.url, exception_strategy="DROP_MESSAGE",
                                  reporter_bootstrap_servers=self.broker.address,
                                  reporter_result_topic_name=self.name + "-results",
                                  reporter_error_topic_name=self.name + "-errors")).started()
            self.wait_committed({0: 3}, f"connect-{self.name}", self.name)
        self.assertEqual(self.broker.values(self.name + "-results"), ['{"retry":false}'] * 2)
        self.assertEqual(self.broker.values(self.name + "-errors"), ["Received response retry=true"])


if __name__ == "__main__":
    main()
