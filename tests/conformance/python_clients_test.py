"""Published Python clients: each makes every call that it has, in the Python that scripts/clients.sh makes."""

import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "integration"))
from harness import Scenario, main, run  # noqa: E402


class PythonClients(Scenario):
    def make_calls(self, script):
        python = run([str(HERE.parents[1] / "scripts" / "clients.sh"), "python"]).decode().strip()
        self.broker.produce(self.name, ["a", "b"])
        worker = self.worker().started()
        done = subprocess.run([python, "-B", str(HERE / "python" / script), f"http://127.0.0.1:{worker.port}",
                               str(self.folder), self.name],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=180, check=False)
        text = done.stdout.decode(errors="replace")
        self.assertEqual(done.returncode, 0, text[-4000:] + "\n" + worker.log[-3000:])
        self.assertIn("every call is answered", text)

    def test_kafka_connect_py(self):
        self.make_calls("kafka_connect_py.py")

    def test_kpops(self):
        self.make_calls("kpops_handler.py")


if __name__ == "__main__":
    main(together=1)  # the clients are fetched once
