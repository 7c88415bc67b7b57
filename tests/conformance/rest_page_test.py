"""docs/rest.md, played from top to bottom: every call is made, every answer is compared with the one on the page."""

import http.client
import json
import pathlib
import re
import shlex
import subprocess
import sys
import time
import urllib.parse

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "integration"))
from harness import Scenario, main  # noqa: E402

PAGE = HERE.parents[1] / "docs/rest.md"
BLOCK = re.compile(r"^```[a-z]*\n(?P<text>.*?)^```$", re.S | re.M)
VARYING = re.compile(r'(?<="commit":")[^"]*|(?<="kafka_cluster_id":")[^"]*')


def pattern(text):
    """An answer of the page as a regular expression; … stands for anything, also for nothing."""
    parts = VARYING.sub("…", text).split("…")
    return ".*".join(re.escape(part) for part in parts)


class Call:
    """A line with curl, as curl understands it; as many of its options as the page needs."""

    def __init__(self, line):
        command, _, wanted = line.partition("     # ")
        self.line, self.wanted = command, int(wanted) if wanted else None
        self.method, self.body, self.headers = None, None, {}
        words = iter(shlex.split(command)[1:])
        for word in words:
            if word == "-X":
                self.method = next(words)
            elif word == "-H":
                name, value = next(words).split(": ", 1)
                self.headers[name] = value
            elif word == "-d":
                self.body = next(words)
            elif word.startswith("-"):
                raise AssertionError(f"{word}: teach this test what it means")
            else:
                self.url = urllib.parse.urlsplit("http://" + word)
        if self.body is not None:
            self.headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        self.method = self.method or ("GET" if self.body is None else "POST")
        self.answer = None  # on the page

    def make(self, folder, port):
        body = self.body
        if body is not None and body.startswith("@"):
            body = (folder / body[1:]).read_bytes()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request(self.method, self.url.path + ("?" + self.url.query if self.url.query else ""), body,
                               {"Host": f"localhost:{port}", **self.headers})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


def steps():
    """Calls, and other commands as texts, in order."""
    for block in BLOCK.finditer(PAGE.read_text()):
        text = block["text"].replace("\\\n", " ")
        call = None
        for line in text.splitlines():
            if line.startswith("curl "):
                call = Call(line)
                yield call
            elif re.match("(seq|head) ", line):
                yield line
            elif line.startswith(("{", "[")):
                if call is None or call.answer is not None:
                    raise AssertionError(f"the page has an answer without a call: {line}")
                call.answer = line


class RestPage(Scenario):
    def setUp(self):
        super().setUp()
        self.own_broker()  # for the names of the page are everybody's

    def wanted_status(self, call):
        if call.wanted is not None:
            return call.wanted
        code = re.match(r'\{"error_code":(\d+),', call.answer or "")
        return int(code.group(1)) if code else 200

    def play(self, call, port):
        """Why the answer is not the one of the page. What shows a state is asked for until it is there."""
        wanted = (call.answer or "").replace("localhost:8083", f"localhost:{port}")
        deadline = time.monotonic() + (30 if call.method == "GET" else 0)
        while True:
            status, text = call.make(self.folder, port)
            if status == self.wanted_status(call) and re.fullmatch(pattern(wanted), text.rstrip("\n"), re.S):
                return None
            if time.monotonic() > deadline:
                return f"{call.line}\n    page: {self.wanted_status(call)} {wanted}\n    here: {status} {text}"
            time.sleep(0.1)

    def test_every_example(self):
        worker = self.worker(listeners="http://localhost:0").started()
        calls, failures = [], []
        for step in list(steps()):
            if isinstance(step, str):
                subprocess.run(step, shell=True, cwd=self.folder, check=True)
                continue
            calls.append(step)
            if problem := self.play(step, worker.port):
                failures.append(problem)
        self.assertFalse(failures, f"{len(failures)} of {len(calls)} examples differ:\n" + "\n".join(failures))
        # The page leaves out none of the calls that it lists.
        listed = {(method, path) for methods, path in self.table() for method in methods}
        played = {(call.method, self.general(call.url.path)) for call in calls}
        self.assertEqual(listed - played, set())

    @staticmethod
    def general(path):
        path = re.sub(r"^/connectors/[^/]+", "/connectors/N", path)
        path = re.sub(r"^(/connectors/N/tasks)/\d+", r"\1/T", path)
        path = re.sub(r"^/connector-plugins/[^/]+", "/connector-plugins/X", path)
        return re.sub(r"^/admin/loggers/.+", "/admin/loggers/L", path)

    @staticmethod
    def table():
        """(methods, path) of the page's table of calls."""
        for row in re.findall(r"^\| ((?:GET|PUT|POST|PATCH|DELETE).*?`) \|", PAGE.read_text(), re.M):
            for part in row.split("; "):
                methods = re.findall(r"\b(GET|PUT|POST|PATCH|DELETE)\b", part.split("`", 1)[0])
                for path in re.findall("`([^`]+)`", part):
                    yield methods, path


if __name__ == "__main__":
    main()
