"""Plugins from PyPI for the later hosts, unmodified: what a host gets of them through our worker, and through theirs."""

import json
import os
import shutil
import subprocess
import sys
import wave
from collections.abc import Callable
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import Any

NODES = [{"id": f"n{i}", "label": "Größe", "properties": {"i": i, "x": [0.1, None]}} for i in range(50)]
EDGES = [
    {"id": f"e{i}", "source_id": f"n{i}", "target_id": f"n{i + 1}", "relation_type": "KNOWS", "properties": {}}
    for i in range(20)
]
TEXT = "Dr. Müller came. He saw it! Did he win? Well — 3.5 times… yes. 🐙 swam. Mr. Smith went to St. Louis."


@dataclass(frozen=True)
class Package:
    name: str
    library: str
    module: str
    plugin: str
    use: Callable[[Any, Path], list[Any]]  # what a host gets of it
    packages: tuple[str, ...]  # without what they depend on
    adapters: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    program: str = ""  # that has to be on PATH


def told(run: Callable[[], Any]) -> Any:
    """What a call returned, or the class and the text of what it raised."""
    try:
        return run()
    except Exception as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0]}"


def common(proxy: Any, config: dict[str, Any]) -> list[Any]:
    """What a host asks of any plugin."""
    return [
        proxy.get_config_schema(),
        proxy.get_structural_surface(),
        told(proxy.get_config_options),
        proxy.initialize(config),
        proxy.get_current_config(),
        told(lambda: proxy.prefetch(stall_threshold_seconds=30)),
        told(proxy.get_system_status),
        told(lambda: proxy.execute_task("no task", "method")),
        told(lambda: proxy.execute(action="no action")),
        proxy.on_disable(),
        proxy.on_enable(),
    ]


def graph(proxy: Any, folder: Path) -> list[Any]:
    def task(method: str, **kwargs: Any) -> Any:
        return told(lambda: proxy.execute_task("graph-storage", method, **kwargs))

    answers = common(proxy, {"db_path": str(folder / "graph.db")})
    answers += [
        task("add_nodes", nodes=NODES),
        task("add_nodes", nodes=NODES),
        task("add_edges", edges=EDGES),
        task("get_node", node_id="n7"),
        task("get_node", node_id="none"),
        task("get_context", node_id="n3", depth=2),
        task("find_nodes_by_label", label="Größe", limit=3),
        task("update_node", node_id="n4", properties={"new": "é"}),
        task("query_nodes", query={"type": "node_query", "label": "Größe", "limit": 4}),
        task("query_nodes", query={"nonsense": 1}),
        task("raw_query", query={"type": "raw_query", "query": "SELECT COUNT(*) FROM nodes"}),
        task("delete_nodes", node_ids=["n3"]),
        task("get_schema"),
        task("integrity_check"),
        task("export_graph"),
        task("add_nodes", nodes=[{"id": 1}]),
        task("get_node"),
        task("_connect"),
        task("no_method"),
    ]
    return answers


def sentences(proxy: Any, folder: Path) -> list[Any]:
    def task(**kwargs: Any) -> Any:
        return told(lambda: proxy.execute_task("sentence_segmentation", "segment_text", **kwargs))

    answers = common(proxy, {"language": "en"})
    answers += [task(text=TEXT), task(text=TEXT * 50), task(text=""), task(text=5), task()]
    return [*answers, told(lambda: proxy.initialize({"language": "klingon"})), task(text=TEXT)]


def text(proxy: Any, folder: Path) -> list[Any]:
    answers = common(proxy, {"language": "english"})
    splits = [{"text": TEXT}, {"action": "split_sentences", "text": TEXT * 20}, {"text": ""}, {"text": 5}]
    answers += [told(lambda given=given: proxy.execute(force=True, **given)) for given in splits]
    return answers


def media(proxy: Any, folder: Path) -> list[Any]:
    sound = folder / "sound.wav"
    with wave.open(str(sound), "wb") as file:
        file.setparams((1, 2, 8000, 16000, "NONE", ""))
        file.writeframes(bytes(32000))

    def task(method: str, **kwargs: Any) -> Any:
        return told(lambda: proxy.execute_task("media_processing", method, **kwargs))

    return [
        *common(proxy, {}),
        task("get_info", file_path=str(sound)),
        task("get_info", file_path=str(folder / "none.wav")),
        told(lambda: proxy.execute(action="get_info", file_path=str(sound))),
    ]


def punkt(data: Path) -> None:
    """A tokenizer of our own training, in the place where NLTK looks for its data; run where NLTK is."""
    import nltk
    from nltk.tokenize.punkt import PunktTrainer, save_punkt_params

    nltk.data.path = [str(data)]  # it writes nowhere else
    trainer = PunktTrainer()
    trainer.train(TEXT * 20, finalize=True)
    (data / "tokenizers/punkt").mkdir(parents=True, exist_ok=True)
    for language in ("english", "german"):
        place = data / "tokenizers/punkt_tab" / language
        place.mkdir(parents=True, mode=0o700, exist_ok=True)
        save_punkt_params(trainer.get_params(), str(place))


GRAPH = "cjm_graph_storage_adapter_interface.generic:GenericGraphStorageAdapter"
MEDIA = "cjm_media_processing_adapter_interface.generic:GenericMediaProcessingAdapter"
PACKAGES = (
    Package(
        "graph-sqlite",
        "cjm_plugin_system",
        "cjm_graph_plugin_sqlite.plugin",
        "SQLiteGraphPlugin",
        graph,
        (
            "cjm-graph-plugin-sqlite==0.0.24",
            "cjm-context-graph-primitives==0.0.10",
            "cjm-capability-primitives==0.0.8",
            "cjm-graph-storage-adapter-interface==0.0.5",
        ),
        (GRAPH,),
    ),
    Package(
        "text-nltk",
        "cjm_plugin_system",
        "cjm_text_plugin_nltk.plugin",
        "NLTKPlugin",
        text,
        ("cjm-text-plugin-nltk==0.0.21", "cjm-text-plugin-system==0.0.21"),
        needs=("nltk",),
    ),
    Package(
        "media-ffmpeg",
        "cjm_plugin_system",
        "cjm_media_plugin_ffmpeg.plugin",
        "FFmpegProcessingPlugin",
        media,
        (
            "cjm-media-plugin-ffmpeg==0.0.24",
            "cjm-media-processing-adapter-interface==0.0.4",
            "cjm-capability-primitives==0.0.8",
        ),
        (MEDIA,),
        program="ffmpeg",
    ),
    Package(
        "graph-sqlite",
        "cjm_substrate",
        "cjm_capability_graph_sqlite.capability",
        "SQLiteGraphCapability",
        graph,
        (
            "cjm-capability-graph-sqlite==0.0.34",
            "cjm-capability-primitives==0.0.13",
            "cjm-context-graph-primitives==0.0.29",
            "cjm-graph-storage-adapter-interface==0.0.11",
        ),
        (GRAPH,),
    ),
    Package(
        "pysbd",
        "cjm_substrate",
        "cjm_capability_pysbd.capability",
        "PySBDSegmentationCapability",
        sentences,
        (
            "cjm-capability-pysbd==0.0.1",
            "cjm-capability-primitives==0.0.13",
            "cjm-sentence-segmentation-adapter-interface==0.0.2",
        ),
        ("cjm_sentence_segmentation_adapter_interface.generic:GenericSentenceSegmentationAdapter",),
        needs=("pysbd",),
    ),
    Package(
        "ffmpeg",
        "cjm_substrate",
        "cjm_capability_ffmpeg.capability",
        "FFmpegProcessingCapability",
        media,
        (
            "cjm-capability-ffmpeg==0.0.28",
            "cjm-capability-primitives==0.0.13",
            "cjm-media-processing-adapter-interface==0.0.7",
        ),
        (MEDIA,),
        needs=("tqdm",),
        program="ffmpeg",
    ),
)


def install(package: Package, pythons: list[str]) -> None:
    """Puts it into these environments, once.

    Raises LookupError, saying why it cannot be had.
    """
    if package.program and not shutil.which(package.program):
        raise LookupError(f"there is no {package.program} on PATH")
    for python in pythons:
        stamp = Path(python).parent.parent / f"{package.name}.complete"
        wanted = " ".join(package.packages + package.needs)
        if stamp.exists() and stamp.read_text() == wanted:
            continue
        for names, more in ((package.packages, ["--no-deps"]), (package.needs, [])):
            if not names:
                continue
            command = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *more, *names]
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if done.returncode:
                raise LookupError(done.stdout.strip()[-300:])
        stamp.write_text(wanted)


def run(bench: Any, package: Package, worker: str, place: Path) -> list[Any]:
    place.mkdir()
    if package.needs == ("nltk",):
        punkt(place / "nltk")
    manifest = bench.manifest(package.module, package.plugin, package.name)
    variables = {"NLTK_DATA": str(place / "nltk"), "PYTHONDONTWRITEBYTECODE": "1"}
    for part in (manifest, manifest["install"]):
        part.update(python_path=worker, env_vars=variables)
    proxy = bench.proxy_class(manifest, adapter_specs=list(package.adapters))
    try:
        return [proxy.name, proxy.version, *package.use(proxy, place)]
    finally:
        proxy.cleanup()


def plain(value: Any, place: Path) -> Any:
    """An answer as text, without the folder that it is about, times, and what is made at random."""
    if is_dataclass(value) and not isinstance(value, type):
        value = {"the class": type(value).__name__, **asdict(value)}
    if isinstance(value, dict):
        varying = ("created_at", "updated_at", "job_id")
        return {key: type(item).__name__ if key in varying else plain(item, place) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, place) for item in value]
    return value.replace(str(place), "…") if isinstance(value, str) else value


def compare(bench: Any, package: Package) -> None:
    """Raises AssertionError at the first answer that differs."""
    answers = []
    for number, worker in enumerate((sys.executable, bench.worker)):
        place = bench.folder / f"{package.name}-{number}"
        shutil.rmtree(place, ignore_errors=True)
        answers.append([json.dumps(plain(answer, place), default=str) for answer in run(bench, package, worker, place)])
    for number, (theirs, ours) in enumerate(zip(*answers, strict=True)):
        if theirs != ours:
            raise AssertionError(f"answer {number} is {ours:.150}, the original's {theirs:.150}")


def register(check: Callable[[str], Any]) -> None:
    """Makes checks of those that have been installed, which the environment names."""
    for name in filter(None, os.environ.get("PACKAGES", "").split(",")):
        (package,) = (one for one in PACKAGES if f"{one.library}/{one.name}" == name)

        def run_one(bench: Any, package: Package = package) -> None:
            compare(bench, package)

        check(f"a real package: {package.packages[0]}")(run_one)
