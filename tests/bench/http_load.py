#!/usr/bin/env python3
"""Drives the web server of chapter 20 and the epoll baseline side by side, and prints one table.

    tests/bench/http_load.py [--quick] [--rounds 5] [--seconds 3] [--build build]

The server is pinned to one CPU and wrk to another. Rounds are interleaved, and every ratio is the median of
the ratios within a round: the machine's moods hit both alike. Trust the CPU time per request (the
scheduler's account of the server's threads) before the requests per second: on two CPUs wrk gives out first.
The figures also go to BUILD/http_bench.json, and the times, as rows of table.awk, to BUILD/http_measures.txt.
"""
import argparse
import json
import os
import re
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PAGES = os.path.normpath(os.path.join(HERE, "../../chapters/20_web_server/pages"))
LOADS = [("keep-alive, 64 connections", 64, False), ("keep-alive, 512 connections", 512, False),
         ("a connection per request, 64", 64, True)]


class Server:
    """A server under test: started on a port of its choice, always stopped."""

    def __init__(self, name, command, cpu):
        self.name = name
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True,
                                        preexec_fn=lambda: pin(cpu))
        line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
        if not found:
            self.stop()
            sys.exit(f"http_load: {command[0]} did not say where it listens, but: {line!r}")
        self.port = int(found[1])

    def cpu_ns(self):
        total = 0
        tasks = f"/proc/{self.process.pid}/task"
        for thread in os.listdir(tasks):
            with open(f"{tasks}/{thread}/schedstat") as file:
                total += int(file.read().split()[0])
        return total

    def memory(self):
        with open(f"/proc/{self.process.pid}/smaps_rollup") as file:
            return int(re.search(r"^Rss:\s+(\d+) kB", file.read(), re.M)[1]) * 1024

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()


def pin(cpu):
    if cpu is not None:
        os.sched_setaffinity(0, {cpu})


def wrk(server, connections, close, seconds, cpu):
    """One slice of load: (requests, requests per second)."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", f"http://127.0.0.1:{server.port}/"]
    if close:
        command[1:1] = ["-H", "Connection: close"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30,
                          preexec_fn=lambda: pin(cpu))
    count = re.search(r"(\d+) requests in", done.stdout)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    if not count or not rate or int(count[1]) == 0:
        sys.exit(f"http_load: wrk got no answer from {server.name}:\n{done.stdout}{done.stderr}")
    bad = re.search(r"Socket errors: .*|Non-2xx.*", done.stdout)
    if bad:
        print(f"  ! {server.name}, {connections} connections: {bad[0]}", file=sys.stderr)
    return int(count[1]), float(rate[1])


def measure_load(servers, args, cpus):
    """{load: {server: [(requests/s, CPU ns per request), one a round]}}"""
    got = {name: {s.name: [] for s in servers} for name, _, _ in LOADS}
    for turn in range(args.rounds):
        for name, connections, close in LOADS:
            for server in servers if turn % 2 == 0 else servers[::-1]:
                before = server.cpu_ns()
                count, rate = wrk(server, connections, close, args.seconds, cpus[1])
                got[name][server.name].append((rate, (server.cpu_ns() - before) / count))
        print(f"  round {turn + 1} of {args.rounds}", file=sys.stderr, flush=True)
    return got


def measure_calls(servers, cpus, out):
    """System calls per request, counted by strace. {load: {server: (sum, {name: calls})}}"""
    got = {}
    for name, connections, close in (LOADS[0], LOADS[2]):
        for server in servers:
            tracer = subprocess.Popen(["strace", "-c", "-f", "-U", "calls,name", "-o", out, "-p",
                                       str(server.process.pid)], stderr=subprocess.PIPE, text=True)
            attached = tracer.stderr.readline()
            if "attached" not in attached:
                tracer.kill()
                tracer.communicate()
                print(f"  ! strace cannot attach: {attached.strip()}", file=sys.stderr)
                return {}
            count, _ = wrk(server, connections, close, 1, cpus[1])
            tracer.send_signal(signal.SIGINT)
            tracer.communicate()
            with open(out) as file:
                rows = re.findall(r"^\s*(\d+)\s+(\w+)$", file.read(), re.M)
            calls = {call: int(n) / count for n, call in rows if call != "total"}
            got.setdefault(name, {})[server.name] = (sum(calls.values()), calls)
    return got


def measure_idle(commands, cpus, count):
    """Bytes of memory per idle connection: each has had one answer and now says nothing."""
    got = {}
    request = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    for name, command in commands:
        server = Server(name, command, cpus[0])
        clients = []
        try:
            wrk(server, 1, False, 1, cpus[1])
            before = server.memory()
            for _ in range(count):
                client = socket.create_connection(("127.0.0.1", server.port))
                clients.append(client)
                client.sendall(request)
                if not client.recv(4096).startswith(b"HTTP/1.1 200"):
                    sys.exit(f"http_load: {name} did not answer connection {len(clients)}")
            got[name] = (server.memory() - before) / count
        finally:
            for client in clients:
                client.close()
            server.stop()
    return got


def median(values):
    return statistics.median(list(values))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build", help="the build folder (default: build)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of load, a slice")
    parser.add_argument("--idle", type=int, default=10000, help="idle connections")
    parser.add_argument("--quick", action="store_true", help="one round of one second, 1,000 idle connections")
    parser.add_argument("--server", help="the server (default: BUILD/bin/20_web_server)")
    parser.add_argument("--only", choices=["load", "calls", "idle"], help="one part of it")
    args = parser.parse_args()
    if args.quick:
        args.rounds, args.seconds, args.idle = 1, 1, 1000
    if not shutil.which("wrk"):
        sys.exit("http_load: wrk is missing; install it with: apt-get install wrk")

    programs = [("server", args.server or f"{args.build}/bin/20_web_server"),
                ("baseline", f"{args.build}/bin/epoll_server")]
    for _, program in programs:
        if not os.access(program, os.X_OK):
            sys.exit(f"http_load: {program} is not there; build it first (make bench does)")
    commands = [(name, [program, "--port", "0", "--root", PAGES]) for name, program in programs]
    available = sorted(os.sched_getaffinity(0))
    cpus = (available[0], available[1]) if len(available) > 1 else (None, None)

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if args.idle > hard - 100:
        print(f"  ! {hard} descriptors allow fewer idle connections than {args.idle}", file=sys.stderr)
        args.idle = hard - 100

    load, calls, idle = {}, {}, {}
    servers = []
    try:
        if args.only != "idle":
            servers = [Server(name, command, cpus[0]) for name, command in commands]
        if args.only in (None, "load"):
            load = measure_load(servers, args, cpus)
        if args.only in (None, "calls"):
            if shutil.which("strace"):
                calls = measure_calls(servers, cpus, f"{args.build}/http_strace.txt")
            else:
                print("  ! strace is missing: system calls are not counted (apt-get install strace)", file=sys.stderr)
    finally:
        for server in servers:
            server.stop()
    if args.only in (None, "idle"):
        idle = measure_idle(commands, cpus, args.idle)
    report(args, load, calls, idle)


def report(args, load, calls, idle):
    rows, data = [], []

    def add(what, unit, server, baseline, ratios=None):
        ratio = median(ratios) if ratios else (server / baseline if baseline else None)
        spread = f"{min(ratios):.2f} - {max(ratios):.2f}" if ratios else ""
        figure = (lambda v: f"{v:,.0f}") if max(server, baseline) >= 100 else (lambda v: f"{v:.2f}")
        rows.append([what, unit, figure(server), figure(baseline), f"{ratio:.2f}" if ratio else "-", spread])
        data.append({"measure": what, "unit": unit, "server": server, "baseline": baseline, "ratio": ratio,
                     "ratios": ratios})

    for name, by in load.items():
        pairs = list(zip(by["server"], by["baseline"]))
        for unit, i, scale in (("requests/s", 0, 1), ("CPU us/request", 1, 1e-3)):
            add(name, unit, median(s[i] for s, _ in pairs) * scale, median(b[i] for _, b in pairs) * scale,
                [s[i] / b[i] for s, b in pairs])
    for name, by in calls.items():
        add(name, "system calls/request", by["server"][0], by["baseline"][0])
    if idle:
        add(f"{args.idle:,} idle connections", "bytes/connection", idle["server"], idle["baseline"])

    head = ["measure", "unit", "server", "epoll", "ratio", "of the rounds"]
    width = [max(len(row[i]) for row in [head] + rows) for i in range(len(head))]
    for n, row in enumerate([head] + rows):
        print("  ".join(c.ljust(w) if i < 2 else c.rjust(w) for i, (c, w) in enumerate(zip(row, width))).rstrip())
        if n == 0:
            print("  ".join("-" * w for w in width))
    for name, by in calls.items():
        for who, (_, each) in by.items():
            shown = ", ".join(f"{call} {n:.2f}" for call, n in sorted(each.items(), key=lambda c: -c[1]) if n >= 0.005)
            print(f"  {name}, {who}: {shown}")
    path = f"{args.build}/http_bench.json"
    with open(path, "w") as file:
        json.dump({"date": time.strftime("%Y-%m-%dT%H:%M:%S"), "rounds": args.rounds, "seconds": args.seconds,
                   "measures": data, "calls": calls}, file, indent=1)
    print(f"  (every round: {path})")
    with open(f"{args.build}/http_measures.txt", "w") as file:  # rows of the table at the end of `make bench`
        for row in data:
            if row["unit"] == "CPU us/request":
                print("http", "a request: " + row["measure"], "raw epoll, CPU time", "ns", row["server"] * 1e3,
                      row["baseline"] * 1e3, row["ratio"], sep="\t", file=file)


if __name__ == "__main__":
    main()
