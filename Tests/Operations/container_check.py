"""The files of contrib for containers: what their validators say, and the Containerfile's steps in a Debian root."""

import argparse
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import token_containers
import yaml
from cloudcoil.models.prometheus_operator.v1 import PodMonitor
from containerfile import BUILD, Container, Image, debian, run
from processes import CONTRIB, PATIENCE, ROOT, Failure, expect


def seconds(text: str) -> float:
    expect(text.endswith("s"), f"{text} is not in seconds")
    return float(text[:-1])


def check_compose(commands: list[list[str]]) -> None:
    services = yaml.safe_load(run("docker-compose", "-f", CONTRIB / "compose.yaml", "config"))["services"]
    servers = (CONTRIB / "haproxy.cfg").read_text()
    for name, worker in services.items():
        if name == "proxy":
            continue
        port, grace = (worker["environment"][f"UNIVERSAL_WORKER_{key}"] for key in ("PORT", "SHUTDOWN_GRACE"))
        expect(f"server {name} 127.0.0.1:{port}\n" in servers, f"haproxy.cfg has no {name} at {port}")
        expect(worker["healthcheck"]["test"][-1].endswith(f":{port}"), f"{name} is not asked at its port")
        expect(seconds(worker["stop_grace_period"]) > float(grace), f"{name} is killed before its grace is over")
        if port == "8081":
            commands.append(worker["healthcheck"]["test"][1:])
    print("ok   docker-compose takes compose.yaml; ports, probes and graces agree with haproxy.cfg")


def check_kubernetes(validate: Path, commands: list[list[str]]) -> str:
    """The user that the worker runs as."""
    run(validate, "--strict", CONTRIB / "kubernetes.yaml")
    deployment, service = yaml.safe_load_all((CONTRIB / "kubernetes.yaml").read_text())
    template = deployment["spec"]["template"]
    expect(service["spec"]["selector"].items() <= template["metadata"]["labels"].items(), "the Service finds no pod")
    pod = template["spec"]
    worker, proxy = pod["containers"]
    values = {variable["name"]: variable["value"] for variable in worker["env"]}
    stops = [float(container["lifecycle"]["preStop"]["exec"]["command"][-1]) for container in (worker, proxy)]
    expect(stops[0] > stops[1], "the worker is told to end before the proxy")
    longest = stops[0] + float(values["UNIVERSAL_WORKER_SHUTDOWN_GRACE"])
    expect(pod["terminationGracePeriodSeconds"] > longest, "the pod is killed before the worker's grace is over")
    expect(f"server worker-1 127.0.0.1:{values['UNIVERSAL_WORKER_PORT']}\n" in (CONTRIB / "haproxy.cfg").read_text(),
           "haproxy.cfg has another port")
    commands += [worker[f"{kind}Probe"]["exec"]["command"] for kind in ("startup", "readiness", "liveness")]
    print("ok   kubernetes-validate takes kubernetes.yaml; graces and ports agree")
    return "{runAsUser}:{runAsGroup}".format_map(worker["securityContext"])


def check_podmonitor() -> None:
    monitor = yaml.safe_load((CONTRIB / "podmonitor.yaml").read_text())
    known = PodMonitor.model_validate(monitor).model_dump(by_alias=True, exclude_unset=True, mode="json")
    expect(known == monitor, f"of podmonitor.yaml the Prometheus Operator knows {known}")
    deployment, _ = yaml.safe_load_all((CONTRIB / "kubernetes.yaml").read_text())
    template, spec = deployment["spec"]["template"], monitor["spec"]
    labels = template["metadata"]["labels"]
    expect(spec["selector"]["matchLabels"].items() <= labels.items(), "the PodMonitor finds no pod")
    alerts = (CONTRIB / "alerts.yml").read_text()
    expect(f'job="{labels[spec["jobLabel"]]}"' in alerts, "alerts.yml has another job")
    ports = {port["name"]: port["containerPort"] for port in template["spec"]["containers"][1]["ports"]}
    servers = (CONTRIB / "haproxy.cfg").read_text()
    for endpoint in spec["podMetricsEndpoints"]:
        expect(f"bind 127.0.0.1:{ports[endpoint['port']]}\n" in servers, "haproxy.cfg has its metrics at another port")
        expect(f" path {endpoint['path']} " in servers, "haproxy.cfg has its metrics at another path")
    print("ok   podmonitor.yaml is a PodMonitor of the Prometheus Operator's; labels, job, port and path agree")


def context() -> Path:
    """What `make install` puts into an image, as the Containerfile tells, and the plugin."""
    folder = BUILD / "image"
    shutil.rmtree(folder, ignore_errors=True)
    run("make", "-s", "-C", ROOT, "install", f"DESTDIR={folder}")
    run("make", "-s", "-C", ROOT / "Examples/Echo")
    shutil.copy(ROOT / "Examples/Echo/echo.so", folder / "usr/local/lib/universal-worker/plugins")
    return folder


def check_container(image: Image, log: Path, commands: list[list[str]]) -> None:
    container = Container(image, log)
    try:
        container.wait_for(lambda: container.execute(*image.health).returncode == 0, "it is ready")
        for command in commands:
            done = container.execute(*command)
            expect(done.returncode == 0, f"{command}: {done.returncode} {done.stderr}")
        expect(container.execute("sh", "-c", "command -v sleep").returncode == 0, "preStop has no sleep")
        status = Path(f"/proc/{container.first()}/status").read_text()
        expect("\nUid:\t10001\t10001\t10001\t10001\n" in status, status)
        first = container.first()
        os.kill(first, signal.SIGTERM)
        code = container.process.wait(PATIENCE)
        expect(code == 0, f"process 1 exits with {code}:\n{container.text()}")
    finally:
        if container.process.poll() is None:
            container.process.kill()
            container.process.wait()
    print(f"ok   the image starts as process 1 and user {image.user}, on a read-only root")
    print(f"ok   {len(commands)} probes of the files say yes in it, and SIGTERM ends it with 0")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--validate", type=Path, required=True, help="kubernetes-validate")
    validate = options.parse_args().validate
    commands: list[list[str]] = []
    check_compose(commands)
    user = check_kubernetes(validate, commands)
    check_podmonitor()
    token_containers.check_files(validate)
    if subprocess.run(["unshare", "--mount", "--net", "--pid", "--fork", "true"], capture_output=True).returncode:
        print("skipped: the Containerfile's steps need root, and namespaces")
        return
    with tempfile.TemporaryDirectory(prefix="uw-container-") as name:
        root = Path(name) / "root"
        root.mkdir()
        # The image's user passes it on its way in.
        os.chmod(name, 0o755)
        image = Image(root, context())
        debian(root)
        image.build(CONTRIB / "Containerfile")
        expect(image.user == user, f"the image's user is {image.user}, the pod's {user}")
        print("ok   the Containerfile's steps, in a Debian root")
        check_container(image, Path(name) / "log", commands)
        token_containers.check_pod(image, Path(name))
        token_containers.check_compose(image, Path(name))


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        raise SystemExit(f"FAILED {failure}") from None
