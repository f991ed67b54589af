#!/usr/bin/env python3
"""Our figures beside other runtimes', as the table of the README ("How fast is it?").

    tests/bench/peers_table.py RESULTS.json [NAME]

RESULTS.json holds every round of one run of a harness that takes build/bin/peer_bench and the other runtimes by
turns: {measure: {variant: [figure of a round, ...]}}. NAME is what ours is called there (default: ours). A figure is
a median; a ratio is the median of the ratios within a round. Lower is better. Where a peer is ahead, the row is bold.
"""
import json
import statistics
import sys

MEASURES = {
    "spawn_one": "spawn a task and await it",
    "spawn_batch": "a million tasks, spawned and run",
    "yield_1": "a yield",
    "yield_1000": "a yield, a thousand tasks by turns",
    "depth_100": "a wake under a hundred calls",
    "mem_pending": "bytes of a task that waits",
    "mem_sleep": "bytes of a task that sleeps",
    "timer_run": "a timer, of a million, CPU time",
    "timer_cancel": "a timer made and dropped",
    "join_one": "a child of ten thousand joined",
    "select_ready": "select, one is ready",
    "select_yield": "select, one yields",
}
# The least that is possible, what blocks a thread, and another kind of language: no peers.
NO_PEERS = {"floor", "std", "tbb", "go"}


def row(name, what, by, ours):
    peers = {peer: rounds for peer, rounds in by.items() if peer != ours and peer not in NO_PEERS}
    best = min(peers, key=lambda peer: statistics.median(peers[peer]))
    ratio = statistics.median(mine / other for mine, other in zip(by[ours], peers[best]))
    cells = [what, f"{statistics.median(by[ours]):,.1f}", f"{best} {statistics.median(peers[best]):,.1f}", f"{ratio:.2f}"]
    return [f"**{cell}**" for cell in cells] if ratio > 1 else cells


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    ours = sys.argv[2] if len(sys.argv) == 3 else "ours"
    with open(sys.argv[1]) as file:
        got = json.load(file)
    print("| ns, unless said | ours | the best peer | ratio |\n|---|---|---|---|")
    for name, what in MEASURES.items():
        if ours in got.get(name, {}) and len(got[name]) > 1:
            print("| " + " | ".join(row(name, what, got[name], ours)) + " |")


main()
