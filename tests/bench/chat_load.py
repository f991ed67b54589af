#!/usr/bin/env python3
"""Fills the chat server of chapter 18 with members, through each of its doors, and prints one table: the memory of
a member, and the processor time of one line to all of them.

    tests/bench/chat_load.py [--members 2000] [--rounds 9] [--lines 20] [--build build]

Beside it stands chat_ws.js, a chat of twelve lines on the npm package ws, where node finds that package
(NODE_PATH, or `npm install --prefix build/ws ws`); else it is left out.

The server is pinned to one CPU and this program to another. All servers run at the same time, and a round is some
lines to the members of each, by turns, so that the machine's moods hit all alike. Processor time is the
scheduler's account of the server's threads, memory its resident pages: what the system keeps for a socket is
not in it. With 10,000 members of each it needs 30,000 descriptors; --only chooses. In the chat each
newcomer is announced to all: that many take minutes to come in.
The figures also go to BUILD/chat_bench.json.
"""
import argparse
import json
import os
import re
import resource
import select
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LINE = 40  # bytes of a line that is said


def pin(cpu):
    if cpu is not None:
        os.sched_setaffinity(0, {cpu})


def frame(text):
    """A text of a client. A key of four zeros masks, and changes nothing."""
    return bytes([0x81, 0x80 | len(text)]) + bytes(4) + text


class Server:
    """A server under test, the connections of its members, and how they speak."""

    def __init__(self, name, command, port, cpu, web, has_names, env=None):
        self.name, self.web, self.has_names = name, web, has_names
        self.members, self.reads = [], select.epoll()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env,
                                        preexec_fn=lambda: pin(cpu))
        said = ""
        while not (found := re.search(port, said)):
            line = self.process.stdout.readline()
            if not line:
                sys.exit(f"chat_load: {command[0]} did not say where it listens, but: {said!r}")
            said += line
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

    def say(self, member, text):
        member.sendall(frame(text) if self.web else text + b"\n")

    def come_in(self, count):
        for number in range(count):
            member = socket.create_connection(("127.0.0.1", self.port), timeout=60)
            if self.web:
                member.sendall(b"GET /chat HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                               b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
                if not member.recv(4096).startswith(b"HTTP/1.1 101"):
                    sys.exit(f"chat_load: {self.name} did not let member {number + 1} in")
            if self.has_names:
                self.say(member, b"guest%d" % len(self.members))
            member.setblocking(False)
            self.members.append(member)
            self.reads.register(member.fileno(), select.EPOLLIN)
            if number % 8 == 7:
                self.read(0, lambda _, __: None)
        while self.read(1, lambda _, __: None):  # until all is quiet
            pass

    def read(self, wait, use):
        """What has come, to `use`; whether something had."""
        ready = self.reads.poll(wait)
        for number, _ in ready:
            data = os.read(number, 65536)
            if not data:
                sys.exit(f"chat_load: {self.name} has thrown a member out")
            use(number, data)
        return bool(ready)

    def broadcast(self, number):
        """One line to all; the server's processor time for it."""
        text = (b"line %d " % number).ljust(LINE, b".")
        missing = {member.fileno() for member in self.members}
        tails = {}

        def use(who, data):
            data = tails.get(who, b"") + data
            if text in data:
                missing.discard(who)
            else:
                tails[who] = data

        before = self.cpu_ns()
        self.say(self.members[number % len(self.members)], text)
        while missing:
            if not self.read(60, use):
                sys.exit(f"chat_load: {len(missing)} members of {self.name} have not heard {text!r}")
        return self.cpu_ns() - before

    def stop(self):
        for member in self.members:
            member.close()
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def start(which, args, cpu):
    """A server, or why there is none."""
    if which == "ws":
        if not shutil.which("node"):
            return "node is not installed"
        env = dict(os.environ)
        env.setdefault("NODE_PATH", os.path.abspath(f"{args.build}/ws/node_modules"))
        if subprocess.run(["node", "-e", "require('ws')"], env=env, capture_output=True).returncode != 0:
            return "the npm package ws is not installed"
        return Server("twelve lines on ws", ["node", f"{HERE}/chat_ws.js"], r"port (\d+)", cpu, True, False, env)
    program = f"{args.build}/bin/18_chat_server"
    if not os.access(program, os.X_OK):
        sys.exit(f"chat_load: {program} is not there; build it first (make bench does)")
    command = [program, "--serve", "--port", "0", "--web-port", "0", "--members", str(args.members + 20), "--rate", "0",
               "--naming", "600", "--silence", "3600", "--answer", "3600", "--patience", "3600", "--grace", "1"]
    if which == "lines":
        return Server("the line door", command, r"nc 127\.0\.0\.1 (\d+)", cpu, False, True)
    return Server("the web door", command, r"http://127\.0\.0\.1:(\d+)/", cpu, True, True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build", help="the build folder (default: build)")
    parser.add_argument("--members", type=int, default=2000, help="of each server (default: 2000)")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--lines", type=int, default=20, help="said in a round (default: 20)")
    parser.add_argument("--only", choices=["lines", "web", "ws"], action="append", help="this server; may be repeated")
    args = parser.parse_args()
    available = sorted(os.sched_getaffinity(0))
    cpus = (available[0], available[1]) if len(available) > 1 else (None, None)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    wanted = args.only or ["lines", "web", "ws"]
    most = (hard - 100) // len(wanted)
    if args.members > most:
        print(f"  ! {hard} descriptors allow {most} members of each, not {args.members}", file=sys.stderr)
        args.members = most

    servers, memory, took = [], {}, {}
    try:
        for which in wanted:
            server = start(which, args, cpus[0])
            if isinstance(server, str):
                print(f"  {server}: no twelve lines on ws to compare with", file=sys.stderr)
                continue
            servers.append(server)
        pin(cpus[1])
        for server in servers:
            server.come_in(10)  # so that what is made once is there
            for number in range(5):
                server.broadcast(number)
            before, began, cpu = server.memory(), time.monotonic(), server.cpu_ns()
            server.come_in(args.members - 10)
            memory[server] = (server.memory() - before) / (args.members - 10)
            took[server] = []
            print(f"  {server.name}: {args.members} have come in, in {time.monotonic() - began:.0f} s and "
                  f"{(server.cpu_ns() - cpu) / 1e9:.1f} s of processor time", file=sys.stderr, flush=True)
        number = 100
        for turn in range(args.rounds):
            for server in servers if turn % 2 == 0 else servers[::-1]:
                total = 0
                for _ in range(args.lines):
                    number += 1
                    total += server.broadcast(number)
                took[server].append(total / args.lines)
            print(f"  round {turn + 1} of {args.rounds}", file=sys.stderr, flush=True)
        rows = [(s.name, memory[s], statistics.median(took[s]) / 1e6, took[s]) for s in servers]
    finally:
        for server in servers:
            server.stop()

    print(f"{args.members} members        bytes a member   ms of processor time a line to all   us a member")
    for name, size, ms, rounds in rows:
        print(f"{name:20} {size:14,.0f} {ms:20.1f} ({min(rounds) / 1e6:.1f} - {max(rounds) / 1e6:.1f})"
              f" {ms * 1000 / args.members:19.2f}")
    with open(f"{args.build}/chat_bench.json", "w") as file:
        json.dump([{"server": name, "members": args.members, "bytes a member": size, "ms a line": ms,
                    "rounds": rounds} for name, size, ms, rounds in rows], file, indent=1)


if __name__ == "__main__":
    main()
