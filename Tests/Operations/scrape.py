"""A real Prometheus scrapes workers through HAProxy, by the lines that docs/operations.md has for it."""

import json
import re
import urllib.request
from pathlib import Path

from processes import PATIENCE, ROOT, Process, Worker, expect, free_port
from proxies import TOKEN, Proxy


def documented(mark: str) -> str:
    """The block of the document's that has a mark."""
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/operations.md").read_text(), re.DOTALL)
    found = [block for block in blocks if mark in block]
    expect(len(found) == 1, f"{len(found)} blocks of docs/operations.md have {mark}")
    text: str = found[0]
    return text


def check(proxy: Proxy, workers: list[Worker], folder: Path) -> None:
    token, config, web = folder / "token", folder / "prometheus.yml", free_port()
    token.write_text(TOKEN)
    jobs = documented("/$1/metrics").replace("/etc/prometheus/universal-worker.token", str(token))
    jobs = jobs.replace("127.0.0.1:9101", f"127.0.0.1:{proxy.metrics_port}")
    config.write_text("global: {scrape_interval: 1s}\n" + jobs)
    command = ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}"]
    prometheus = Process([*command, f"--web.listen-address=127.0.0.1:{web}"], folder / "prometheus.log")

    def are_up() -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{web}/api/v1/query?query=up", timeout=PATIENCE) as answer:
            series = json.load(answer)["data"]["result"]
        found = {one["metric"]["instance"]: one["value"][1] for one in series}
        return found == {worker.name: "1" for worker in workers}

    try:
        prometheus.wait_for(are_up, "Prometheus has the metrics of each worker")
    finally:
        prometheus.end()
