"""What was measured, as tables in Markdown: a row for each peer."""

import statistics
from collections.abc import Mapping, Sequence

from peers import Peer
from rows import Spread, number

Rounds = dict[str, list[float]]
"""What each peer's rounds gave; rounds of equal index ran side by side."""
Found = dict[str, Rounds]
"""By quantity."""


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [[title, *head], *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    shown = [" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    shown.insert(1, " | ".join("-" * width for width in widths))
    return "\n".join(f"| {line} |" for line in shown)


def median(values: Rounds, peer: Peer) -> str:
    return number(statistics.median(values[peer.name]) if peer.name in values else None)


def ratio(values: Rounds, peer: Peer) -> str:
    """How many times the peer's value that of our worker is, with quartiles, over rounds side by side."""
    if peer.name == peer.rival or peer.name not in values:
        return ""
    pairs = zip(values[peer.rival], values[peer.name], strict=True)
    spread = Spread.of([ours / theirs for ours, theirs in pairs])
    return spread.text() if spread else ""


def of_requests(title: str, peers: Sequence[Peer], found: Found) -> str:
    head = ["requests/s", "ours, times", "p50, µs", "p99, µs", "CPU, µs", "ours, times"]
    rows = []
    for peer in peers:
        rate, middle, late, cpu = (median(found[name], peer) for name in ("rps", "p50_us", "p99_us", "cpu_us"))
        rates, costs = ratio(found["rps"], peer), ratio(found["cpu_us"], peer)
        rows.append([peer.name, rate, rates, middle, late, cpu, costs])
    return table(title, head, rows)


def of_events(title: str, peers: Sequence[Peer], found: Found) -> str:
    return table(title, list(found), [[peer.name, *(median(found[name], peer) for name in found)] for peer in peers])


def summary(peers: Sequence[Peer], found: Mapping[str, Found]) -> str:
    """The table of docs/performance.md: 32 connections, but for the p50; ratios are ours over theirs."""
    one, alone = found["/execute, 1 connection"]["p50_us"], found["alone"]
    head = ["/health/s", "/execute/s", "CPU a call", "p50 of one, µs", *alone]
    many = found["/execute, 32 connections"]
    columns = (found["/health, 32 connections"]["rps"], many["rps"], many["cpu_us"])
    rows = []
    for peer in peers:
        ratios = [ratio(values, peer) or "–" for values in columns]
        rows.append([peer.name, *ratios, median(one, peer), *(median(values, peer) for values in alone.values())])
    return table("ours over theirs", head, rows)
