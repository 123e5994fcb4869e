"""Plugins from PyPI that were written for the original, under the unmodified host: ours against the original.

Each is in an environment of its own, without FastAPI; the host is told of our binary in it, by `python_path`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cjm_plugin_system.core.proxy import RemotePluginProxy

from environments import environment
from hosting import Bench, Check, same
from workers import Unusable, original_command

SYSTEM = "cjm-plugin-system==0.0.28"


@dataclass(frozen=True)
class Package:
    name: str
    module: str
    plugin: str
    use: Callable[[RemotePluginProxy], list[Any]]  # what a host gets of it
    packages: tuple[str, ...]  # without what they depend on
    needs: tuple[str, ...] = ()


def _graph(proxy: RemotePluginProxy) -> list[Any]:
    nodes = [
        {"id": f"n{i}", "label": "Größe", "properties": {"i": i, "x": [0.1, None]}, "sources": []}
        for i in range(50)
    ]
    edges = [{"id": "e", "source_id": "n1", "target_id": "n2", "relation_type": "KNOWS", "properties": {}}]
    results = [
        proxy.get_config_schema(),
        proxy.get_current_config(),
        proxy.initialize({"readonly": False}),
        proxy.get_current_config(),
        proxy.execute("add_nodes", nodes=nodes),
        proxy.execute("add_edges", edges=edges),
        proxy.execute(action="get_node", node_id="n7"),
        proxy.execute("get_context", node_id="n1", depth=2),
        proxy.execute("find_nodes_by_label", label="Größe", limit=3),
        proxy.execute("delete_nodes", node_ids=["n3"]),
        proxy.execute(),
    ]
    for wrong in ({"action": "nope"}, {"action": "get_node"}, {"action": "add_nodes", "nodes": [{"id": 1}]}):
        results.append(_error(lambda wrong=wrong: proxy.execute(**wrong)))  # type: ignore[misc]
    return results


def _text(proxy: RemotePluginProxy) -> list[Any]:
    text = "Dr. Müller came. He saw it! Did he win? Well — 3.5 times… yes. 🐙 swam."
    return [
        proxy.get_config_schema(),
        proxy.initialize({"language": "german"}),
        proxy.get_current_config(),
        _error(lambda: proxy.initialize({"language": "klingon"})),
        proxy.execute(text=text),
        proxy.execute("split_sentences", text=text * 200),
        proxy.execute(text=""),
        _error(lambda: proxy.execute(action="nope")),
        _error(lambda: proxy.execute(text=5)),
    ]


def _error(run: Callable[[], Any]) -> str:
    try:
        return f"no error, but {run()}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"


PACKAGES = (
    Package(
        "graph",
        "cjm_graph_plugin_sqlite.plugin",
        "SQLiteGraphPlugin",
        _graph,
        (SYSTEM, "cjm-graph-plugin-system==0.0.3", "cjm-graph-plugin-sqlite==0.0.2"),
    ),
    Package(
        "text",
        "cjm_text_plugin_nltk.plugin",
        "NLTKPlugin",
        _text,
        (SYSTEM, "cjm-text-plugin-system==0.0.1", "cjm-text-plugin-nltk==0.0.1"),
        ("nltk",),
    ),
)


def _run(package: Package, python_path: str, place: Path, data: Path) -> list[Any]:
    """What a host gets of it; the data of NLTK is there, empty, or it would be downloaded."""
    for name in ("punkt", "punkt_tab"):
        (data / "nltk/tokenizers" / name).mkdir(parents=True, exist_ok=True)
    bench = Bench(python_path, package.module, data, False)
    variables = {"PYTHONPATH": str(next(place.glob("lib/python3.*/site-packages")))}
    variables["NLTK_DATA"] = str(data / "nltk")
    proxy = bench.start(package.plugin, env_vars=variables)
    try:
        return [proxy.name, proxy.version, *package.use(proxy)]
    finally:
        proxy.cleanup()


def check(package: Package, worker: Path) -> Check:
    def run(bench: Bench) -> str:
        try:
            place = environment(package.name, worker, package.packages, package.needs)
        except Unusable as error:
            return f"SKIPPED: {error}"
        answers = [
            _run(package, python, place, bench.directory / f"{package.name}-{number}")
            for number, python in enumerate((str(place / "bin/universal-worker"), original_command()[0]))
        ]
        for ours, original in zip(*answers, strict=True):
            same(_without_paths(ours), _without_paths(original))
        return f"{len(answers[0])} answers as the original's"

    return Check(f"a real package: {package.packages[-1]}", run, better=False, parent_watch=False)


def _without_paths(value: Any) -> Any:
    """The two workers have a folder of data each."""
    if isinstance(value, dict):
        return {key: _without_paths(item) for key, item in value.items() if not key.endswith(("_dir", "_path"))}
    return value
