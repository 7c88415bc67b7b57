"""The examples of docs/error-handling.md, as they stand there: connectors, records, and what comes of them."""

import pathlib
import re

from harness import Scenario, main, wait_until

PAGE = pathlib.Path(__file__).parents[2] / "docs/error-handling.md"
BLOCK = re.compile(r"<!-- (?P<what>[^>]+) -->\n```[a-z]*\n(?P<text>.*?)^```$", re.S | re.M)


def pattern(text):
    """What is on the page as a regular expression; … stands for anything, also for nothing."""
    return ".*".join(re.escape(part) for part in text.rstrip("\n").split("…"))


class Page(Scenario):
    def setUp(self):
        super().setUp()
        self.own_broker()  # for the names of the page are everybody's

    def letters(self, topic):
        """The letters of a topic as the page shows them."""
        text = ""
        for letter in self.broker.everything(topic):
            text += letter["value"].decode() + "\n"
            for name, value in letter["headers"]:
                text += f"  {name}: " + ("(null)" if value is None else value.decode()) + "\n"
        return text

    def topic(self, name, *settings):
        return "".join(f"{key} {value}\n" for key, value in self.broker.topic(name, *settings).items())

    def assert_like(self, expected, question):
        matches = lambda: re.fullmatch(pattern(expected), question().rstrip("\n"), re.S)
        wait_until(matches, lambda: f"\n{expected}\nbut\n{question()}", 30)

    def test_every_example(self):
        blocks = [(*match["what"].split(), match["text"]) for match in BLOCK.finditer(PAGE.read_text())]
        connectors = []
        for what, *about, text in blocks:
            if what == "input":
                self.write(text, about[0])
            elif what == "records":
                self.broker.produce(about[0], text.splitlines())
            elif what == "connector":
                self.path(f"{len(connectors)}.properties").write_text(text)
                connectors.append(self.path(f"{len(connectors)}.properties"))
        worker = self.worker(*connectors).started()
        seen = set()
        for what, *about, text in blocks:
            if what == "file":
                self.assert_like(text, lambda about=about: self.text(about[0]).decode())
            elif what == "log":
                worker.wait_log(pattern(text), 30)
            elif what == "trace":
                worker.wait_task(about[0], "FAILED")
                self.assert_like(text, lambda about=about: worker.task(about[0])["trace"])
            elif what == "letters":
                self.wait_messages(1, about[0])
                self.assert_like(text, lambda about=about: self.letters(about[0]))
            elif what == "topic":
                self.wait_messages(1, about[0])
                self.assert_like(text, lambda about=about: self.topic(*about))
            seen.add(what)
        self.assertEqual(seen, {"input", "records", "connector", "file", "log", "trace", "letters", "topic"})
        self.assertEqual(len(connectors), 5)


if __name__ == "__main__":
    main()
