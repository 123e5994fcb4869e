#!/usr/bin/env python3
"""The worker beside other servers of one function: the same class, the same load, in one run.

Prints tables and writes .build/peers/bench.json. A peer that cannot be had is left out, with a line that says why.
"""

import argparse
import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))
from machine import machine  # noqa: E402
from peers import BUILD, PEERS, Peer  # noqa: E402
from python_plugin import cpu_seconds, mebibytes, turns  # noqa: E402
from running import PeerServer  # noqa: E402
from servers import Unusable, compile_all  # noqa: E402
from tables import Found, of_events, of_requests, summary  # noqa: E402
from traffic import SMALL  # noqa: E402


def usable(only: Sequence[str]) -> list[Peer]:
    """The peers that can be had and that answer."""
    peers = []
    needed = {*only, *(peer.rival for peer in PEERS if peer.name in only)} or {peer.name for peer in PEERS}
    for peer in PEERS:
        if peer.name not in needed:
            continue
        reason = peer.get()
        if not reason:
            try:
                with PeerServer(peer) as server:
                    server.load("-n", 1, *server.call(SMALL))
            except Unusable as error:
                reason = str(error)
        if reason:
            print(f"without {peer.name}: {reason}", file=sys.stderr)
        else:
            peers.append(peer)
    return peers


def requests(servers: Sequence[PeerServer], rounds: int, window: float) -> Iterator[tuple[str, Found]]:
    for what in ("/health", "/execute"):
        for connections in (1, 32):
            found: Found = {"rps": {}, "p50_us": {}, "p99_us": {}, "cpu_us": {}}
            for index in range(rounds):
                for server in turns(servers, index):
                    # What refuses calls beside one has no rate for many.
                    if what == "/health" or connections == 1 or not server.peer.refusal:
                        for quantity, value in one_round(server, what, connections, window).items():
                            found[quantity].setdefault(server.peer.name, []).append(value)
            yield f"{what}, {connections} connection{'s' if connections > 1 else ''}", found


def one_round(server: PeerServer, what: str, connections: int, window: float) -> dict[str, float]:
    arguments = ["-u", server.peer.health] if what == "/health" else server.call(SMALL)
    server.load("-c", connections, "-n", 20 * connections, *arguments)
    before = cpu_seconds(server.pid)
    result = server.load("-c", connections, "-d", window, *arguments)
    spent = cpu_seconds(server.pid) - before
    if result["errors"] or not result["requests"]:
        raise Unusable(f"{server.peer.name} does not answer {what} as it should: {result}")
    return {**{name: result[name] for name in ("rps", "p50_us", "p99_us")}, "cpu_us": spent * 1e6 / result["requests"]}


def events(peers: Sequence[Peer], starts: int) -> Found:
    """Of each peer alone: its start, its memory after the first call, /health beside a call."""
    found: Found = {}
    for _ in range(starts):
        for peer in peers:
            with PeerServer(peer) as server:
                server.load("-n", 1, *server.call(SMALL))
                values = {
                    "start, ms": server.took,
                    "RSS, MiB": mebibytes(server.pid, "Rss"),
                    "PSS, MiB": mebibytes(server.pid, "Pss"),
                }
                beside = server.health_beside_a_call()
            values["/health beside a busy call, ms"] = beside["p50_us"] / 1000
            values["the slowest of 20, ms"] = beside["max_us"] / 1000
            for name, value in values.items():
                found.setdefault(name, {}).setdefault(peer.name, []).append(value)
    return found


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="two short rounds")
    options.add_argument("--only", nargs="*", default=[], metavar="NAME", help="these peers alone, beside the worker")
    chosen = options.parse_args()
    rounds, window, starts = (2, 0.3, 1) if chosen.quick else (9, 0.5, 3)
    try:
        compile_all()
        peers = usable(chosen.only)
        about = machine()
        print("\n".join(f"{name + ':':26}{value}" for name, value in about.items()), end="\n\n")
        result: dict[str, Found] = {}
        with contextlib.ExitStack() as stack:
            for title, found in requests([stack.enter_context(PeerServer(peer)) for peer in peers], rounds, window):
                print(of_requests(title, peers, found), end="\n\n", flush=True)
                result[title] = found
        result["alone"] = events(peers, starts)
        print(of_events("alone", peers, result["alone"]), summary(peers, result), sep="\n\n")
    except Unusable as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    (BUILD / "bench.json").write_text(json.dumps({"machine": about, **result}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
