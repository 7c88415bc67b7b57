#!/usr/bin/env python3
"""Runs clang-tidy over the project's sources, one for each core at a time.

usage: tidy.py BUILD_DIR [CHANGED_FILE...]

BUILD_DIR holds compile_commands.json. With CHANGED_FILEs, only sources that are one of them or include one are looked at.
A source that was clean is not looked at again until it, a header of ours that it includes, its compile command, the
checks or clang-tidy itself changes: an empty file named by the hash of all that, under $MILLRACE_CACHE/tidy, says so.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("MILLRACE_CACHE") or pathlib.Path.home() / ".cache/millrace") / "tidy"
TIDY = "clang-tidy-16"
KEEP_DAYS = 30
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


class Source:
    def __init__(self, command):
        self.path = pathlib.Path(command["directory"], command["file"]).resolve()
        words = shlex.split(command["command"])
        self.command = " ".join(words).replace(str(ROOT), "")
        folders = [word[2:] for word in words if word.startswith("-I")]
        folders += [words[i + 1] for i, word in enumerate(words[:-1]) if word == "-isystem"]
        self.include_folders = [pathlib.Path(folder) for folder in folders if folder.startswith(str(ROOT))]

    def is_ours(self):
        return self.path.is_relative_to(ROOT) and not self.path.is_relative_to(ROOT / "build")

    def files(self):
        """The source and every header of ours that it includes, directly or not."""
        found, todo = set(), [self.path]
        while todo:
            path = todo.pop()
            if path in found:
                continue
            found.add(path)
            for name in INCLUDE.findall(text_of(path)):
                near = [folder / name for folder in (path.parent, *self.include_folders)]
                todo += [header.resolve() for header in near if header.is_file()][:1]
        return found


texts = {}


def text_of(path):
    if path not in texts:
        texts[path] = path.read_text(errors="replace")
    return texts[path]


def mark_of(source, tool):
    """The file that says that this source, as it is now, was clean."""
    digest = hashlib.sha256((tool + source.command).encode())
    for path in sorted(source.files()):
        digest.update(f"{path.relative_to(ROOT)}\0{text_of(path)}\0".encode())
    return CACHE / digest.hexdigest()


def check(build, source, mark):
    """Returns what clang-tidy found, empty when that is nothing."""
    # -w: the compiler's own warnings are g++'s business, which builds with all of them as errors.
    done = subprocess.run(
        [TIDY, "--quiet", "-p", build, "--extra-arg=-w", "--extra-arg=-Wno-error", str(source.path)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode == 0 and "warning:" not in done.stdout:
        mark.touch()
        return ""
    return done.stdout.strip() or done.stderr.strip()


def main():
    build, changed = sys.argv[1], {pathlib.Path(name).resolve() for name in sys.argv[2:]}
    CACHE.mkdir(parents=True, exist_ok=True)
    for mark in CACHE.iterdir():
        if mark.stat().st_mtime < time.time() - KEEP_DAYS * 86400:
            mark.unlink(missing_ok=True)
    tool = subprocess.run([TIDY, "--version"], capture_output=True, text=True, check=True).stdout
    tool += (ROOT / ".clang-tidy").read_text()

    sources = {}  # by path: a file that several targets compile is looked at once
    for command in json.loads(pathlib.Path(build, "compile_commands.json").read_text()):
        source = Source(command)
        if source.is_ours() and source.path.is_file() and (not changed or source.files() & changed):
            sources.setdefault(source.path, source)
    todo = []
    for source in sources.values():
        mark = mark_of(source, tool)
        if mark.exists():
            mark.touch()  # in use: kept for another while
        else:
            todo.append((source, mark))
    print(f"clang-tidy: {len(todo)} of {len(sources)} sources to look at", flush=True)

    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(lambda pair: check(build, *pair), todo):
            if found:
                bad += 1
                print(found, flush=True)
    if bad:
        print(f"clang-tidy: findings in {bad} sources", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
