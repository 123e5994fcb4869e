"""The files of contrib for containers without a proxy: a token from a Secret or a file, probes and a scrape."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import yaml
from cloudcoil.models.prometheus_operator.v1 import PodMonitor
from containerfile import Container, Image, run
from processes import CONTRIB, PATIENCE, Process, expect, until

# As a pod has one of its own.
ADDRESS = "192.0.2.81"
OLD, NEW = "the-old-token-of-29-characters", "the-new-token-of-29-characters"


def documents(name: str) -> list[Any]:
    return list(yaml.safe_load_all((CONTRIB / name).read_text()))


def pod() -> Any:
    return documents("kubernetes-token.yaml")[0]["spec"]["template"]["spec"]


def variables(worker: Any) -> dict[str, str]:
    return {variable["name"]: variable["value"] for variable in worker["env"]}


def check_files(validate: Path) -> None:
    run(validate, "--strict", CONTRIB / "kubernetes-token.yaml")
    deployment, service = documents("kubernetes-token.yaml")
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    (worker,), (volume,) = pod()["containers"], [each for each in pod()["volumes"] if "secret" in each]
    values, security = variables(worker), worker["securityContext"]
    expect(service["spec"]["selector"].items() <= labels.items(), "the Service finds no pod")
    expect(values["UNIVERSAL_WORKER_ALLOW_HOST"] == service["metadata"]["name"], "clients ask by another name")
    expect(pod()["securityContext"]["fsGroup"] == security["runAsGroup"], "the token is another group's")
    (port,) = worker["ports"]
    expect(str(port["containerPort"]) == values["UNIVERSAL_WORKER_PORT"], "it has another port")
    stop = float(worker["lifecycle"]["preStop"]["exec"]["command"][-1])
    longest = stop + float(values["UNIVERSAL_WORKER_SHUTDOWN_GRACE"])
    expect(pod()["terminationGracePeriodSeconds"] > longest, "the pod is killed before the worker's grace is over")
    (monitor,) = documents("podmonitor-token.yaml")
    known = PodMonitor.model_validate(monitor).model_dump(by_alias=True, exclude_unset=True, mode="json")
    expect(known == monitor, f"of podmonitor-token.yaml the Prometheus Operator knows {known}")
    spec = monitor["spec"]
    expect(spec["selector"]["matchLabels"].items() <= labels.items(), "the PodMonitor finds no pod")
    expect(f'job="{labels[spec["jobLabel"]]}"' in (CONTRIB / "alerts.yml").read_text(), "alerts.yml has another job")
    (endpoint,) = spec["podMetricsEndpoints"]
    expect(endpoint["port"] == port["name"], "the PodMonitor has another port")
    key = Path(values["UNIVERSAL_WORKER_TOKEN_FILE"]).name
    wanted = {"name": volume["secret"]["secretName"], "key": key}
    expect(endpoint["authorization"]["credentials"] == wanted, "the PodMonitor has another token")
    print("ok   the validators take kubernetes-token.yaml and podmonitor-token.yaml, which agree")


class Tried:
    """A container with one address more than loopback, and what clients in its network are answered."""

    def __init__(self, image: Image, log: Path, environment: dict[str, str]) -> None:
        self.container = Container(image, log, environment, ADDRESS)
        self.first = self.container.first()
        self.port = environment["UNIVERSAL_WORKER_PORT"]

    def inside(self, *command: str) -> list[str]:
        return ["nsenter", "--target", str(self.first), "--net", *command]

    def status(self, path: str, *headers: str, at: str = ADDRESS) -> int:
        options = [option for header in headers for option in ("-H", header)]
        url = f"http://{at}:{self.port}{path}"
        done = subprocess.run(self.inside("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", *options, url),
                              capture_output=True, text=True, timeout=PATIENCE)
        return int(done.stdout)

    def statuses(self) -> list[int]:
        """Without a token, with the old one, and with the new one."""
        return [self.status("/metrics"), *(self.status("/metrics", bearer(token)) for token in (OLD, NEW))]

    def end(self) -> None:
        os.kill(self.first, signal.SIGTERM)
        code = self.container.process.wait(PATIENCE)
        expect(code == 0, f"process 1 exits with {code}:\n{self.container.text()}")

    def close(self) -> None:
        if self.container.process.poll() is None:
            self.container.process.kill()
            self.container.process.wait()


def bearer(token: str) -> str:
    return f"Authorization: Bearer {token}"


def mount_secret(folder: Path, name: str, token: str, mode: int, group: int) -> None:
    """Makes or changes the files of a Secret as the kubelet does: root's, and by a link that is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    version = folder / f"..{len(list(folder.iterdir()))}"
    version.mkdir()
    file = version / name
    file.write_text(f"{token}\n")
    os.chown(file, 0, group)
    file.chmod(mode)
    link = folder / "..new"
    link.symlink_to(version.name)
    link.rename(folder / "..data")
    if not (folder / name).is_symlink():
        (folder / name).symlink_to(f"..data/{name}")


def is_scraped(tried: Tried, folder: Path) -> None:
    """A real Prometheus in the pod's network, with the token."""
    token, config = folder / "token", folder / "prometheus.yml"
    token.write_text(OLD)
    job = {"job_name": "universal-worker", "authorization": {"credentials_file": str(token)},
           "static_configs": [{"targets": [f"{ADDRESS}:{tried.port}"]}]}
    config.write_text(yaml.safe_dump({"global": {"scrape_interval": "1s"}, "scrape_configs": [job]}))
    command = ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}"]
    prometheus = Process(tried.inside(*command, "--web.listen-address=127.0.0.1:9090"), folder / "prometheus.log")

    def is_up() -> bool:
        ask = tried.inside("curl", "-s", "http://127.0.0.1:9090/api/v1/query?query=up")
        found = subprocess.run(ask, capture_output=True, text=True, timeout=PATIENCE).stdout
        return bool(found) and [each["value"][1] for each in json.loads(found)["data"]["result"]] == ["1"]

    try:
        prometheus.wait_for(is_up, "Prometheus has scraped the worker")
    finally:
        prometheus.end()


def check_pod(image: Image, folder: Path) -> None:
    (worker,) = pod()["containers"]
    values, group = variables(worker), pod()["securityContext"]["fsGroup"]
    path = Path(values["UNIVERSAL_WORKER_TOKEN_FILE"])
    secret = image.root / str(path.parent).lstrip("/")
    mode = next(each["secret"]["defaultMode"] for each in pod()["volumes"] if "secret" in each)
    mount_secret(secret, path.name, OLD, mode, group)
    tried = Tried(image, folder / "pod.log", values)
    try:
        ready = worker["readinessProbe"]["httpGet"]["path"]
        tried.container.wait_for(lambda: tried.status(ready) == 200, "the pod is ready")
        for kind in ("startup", "readiness", "liveness"):
            expect(tried.status(worker[f"{kind}Probe"]["httpGet"]["path"]) == 200, f"the {kind} probe needs a token")
        expect(tried.statuses() == [401, 200, 401], tried.statuses())
        name = f"Host: {values['UNIVERSAL_WORKER_ALLOW_HOST']}"
        found = [tried.status("/stats", *headers) for headers in (
            [name], [name, bearer(OLD)], ["Host: other.example", bearer(OLD)], ["Host: 192.0.2.82", bearer(OLD)])]
        expect(found == [401, 200, 403, 403], found)
        is_scraped(tried, folder)
        mount_secret(secret, path.name, NEW, mode, group)
        os.kill(tried.first, signal.SIGHUP)
        until(lambda: tried.statuses() == [401, 401, 200], "the new token counts")
        mount_secret(secret, path.name, OLD, 0o444, group)
        os.kill(tried.first, signal.SIGHUP)
        said = "the former ones stay: group or others may use it (mode 444)"
        until(lambda: said in tried.container.text(), "an error")
        expect(tried.statuses() == [401, 401, 200], tried.statuses())
        tried.end()
    finally:
        tried.close()
    print("ok   a pod of kubernetes-token.yaml: a Secret, its change, probes, Prometheus, the Service's name")


def check_compose(image: Image, folder: Path) -> None:
    text = run("docker-compose", "-f", CONTRIB / "compose-token.yaml", "config")
    worker = yaml.safe_load(text)["services"]["worker"]
    values = worker["environment"]
    expect(values["UNIVERSAL_WORKER_ALLOW_HOST"] == "worker", "other containers ask by another name")
    (secret,) = worker["secrets"]
    path = Path("/run/secrets", secret["source"])
    expect(values["UNIVERSAL_WORKER_TOKEN_FILE"] == str(path), "the token is mounted elsewhere")
    port = values["UNIVERSAL_WORKER_PORT"]
    expect(worker["ports"] == [f"127.0.0.1:{port}:{port}/tcp"], f"it is published as {worker['ports']}")
    file = image.root / str(path).lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{OLD}\n")
    os.chown(file, int(image.user.split(":")[0]), 0)
    file.chmod(0o400)
    tried = Tried(image, folder / "compose.log", values)
    try:
        command = worker["healthcheck"]["test"][1:]
        tried.container.wait_for(lambda: tried.container.execute(*command).returncode == 0, "it is ready")
        expect(tried.statuses() == [401, 200, 401], tried.statuses())
        expect(tried.status("/stats", bearer(OLD), "Host: 127.0.0.1:8081") == 200, "the machine's port is not served")
        expect(tried.status("/stats", bearer(OLD), "Host: worker:8081") == 200, "another container is not served")
        tried.end()
    finally:
        tried.close()
    print("ok   docker-compose takes compose-token.yaml, and its container serves with the token of its file")
