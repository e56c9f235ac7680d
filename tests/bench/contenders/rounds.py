"""A contender's side of the benchmark: it is told a case and a URL, runs it once, and says what that cost."""

from __future__ import annotations

import gc
import json
import socket
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from time import process_time
from urllib.parse import urlsplit

from tests.bench.limits import raise_file_limit

Result = dict[str, float]  # `count` operations and the `length` of what they returned; more where a case measures more
Case = Callable[[str], Result]


def run(cases: Mapping[str, Case], *distributions: str) -> None:
    """Say the versions; then for each line `case url` of standard input run the case, and print its result as JSON."""
    raise_file_limit()
    print(json.dumps({name: version(name) for name in distributions}), flush=True)
    for line in sys.stdin:
        case, url = line.split()
        gc.collect()  # what an earlier round left is not this one's
        start = process_time()  # user and system, all threads
        result = cases[case](url)
        print(json.dumps({"cpu": process_time() - start, **result}), flush=True)


def release(url: str) -> None:
    """Tell the server to go on with the streams that it holds."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as sock:
        sock.sendall(b"GET /release HTTP/1.1\r\nhost: bench\r\n\r\n")
        sock.recv(1024)
