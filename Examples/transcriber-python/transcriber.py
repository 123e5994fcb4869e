"""Speech to text with PocketSphinx, as a plugin of cjm-plugin-system: the class Transcriber."""

import logging
from dataclasses import dataclass, field
from typing import Any, Dict, Iterator, Optional

from cjm_plugin_system.core.interface import PluginInterface
from cjm_plugin_system.utils.validation import (
    SCHEMA_DESC,
    SCHEMA_MAX,
    SCHEMA_MIN,
    SCHEMA_TITLE,
    config_to_dict,
    dataclass_to_jsonschema,
    dict_to_config,
)
from pocketsphinx import get_model_path

from hearing import Hearing, Transcript, Update, load
from recording import Recording


@dataclass
class TranscriberConfig:
    """Where the model is, and what audio comes in."""

    model_folder: str = field(
        default=get_model_path("en-us"),
        metadata={
            SCHEMA_TITLE: "Model folder",
            SCHEMA_DESC: "Folder NAME with NAME/, NAME.lm.bin and cmudict-NAME.dict",
        },
    )
    sample_rate: int = field(
        default=16000,
        metadata={
            SCHEMA_TITLE: "Sample rate",
            SCHEMA_DESC: "Samples a second of all recordings",
            SCHEMA_MIN: 16000,
            SCHEMA_MAX: 48000,
        },
    )


class Cancelled(Exception):
    """What ends a call that was cancelled."""


class Transcriber(PluginInterface):
    """Turns recordings into text."""

    def __init__(self) -> None:
        self.logger = logging.getLogger(f"{__name__}.{type(self).__name__}")
        self.config = TranscriberConfig()
        self._decoder = None
        self._cancel_requested = False

    @property
    def name(self) -> str:
        return "transcriber-python"

    @property
    def version(self) -> str:
        return "1.0.0"

    def get_config_schema(self) -> Dict[str, Any]:
        return dataclass_to_jsonschema(TranscriberConfig)

    def get_current_config(self) -> Dict[str, Any]:
        return config_to_dict(self.config)

    def initialize(self, config: Optional[Dict[str, Any]] = None) -> None:
        """Loads the model; if that fails, the former one stays."""
        new = dict_to_config(TranscriberConfig, config or {}, validate=True)
        if self._decoder is None or new != self.config:
            self._decoder = load(new.model_folder, new.sample_rate)
            self.logger.info("Loaded the model in %s", new.model_folder)
        self.config = new

    def execute(self, path: str) -> Transcript:
        """The words of a recording."""
        for update in self.execute_stream(path):
            last = update
        return last.transcript

    def execute_stream(self, path: str) -> Iterator[Update]:
        """What has been understood, as it changes; the last one has the whole transcript."""
        self._cancel_requested = False
        with Recording(path, self.config.sample_rate) as recording:
            if self._decoder is None:
                self.report_progress(-1.0, "Loading the model")
                self.initialize(self.get_current_config())
            hearing = Hearing(self._decoder, recording)
            try:
                for update in hearing.updates():
                    if self._cancel_requested:
                        raise Cancelled(f"Cancelled after {recording.seconds:.2f} s of audio")
                    self.report_progress(
                        recording.heard / recording.samples,
                        f"{int(recording.seconds)} of {recording.duration:.0f} s of audio",
                    )
                    if update is not None:
                        yield update
                last = hearing.transcript
                yield Update(last.text, last.duration, True, last)
            finally:
                hearing.close()

    def cancel(self) -> None:
        """Has the running call end after the block that it hears; called from another thread."""
        self._cancel_requested = True

    def cleanup(self) -> None:
        """Frees the model; the next call loads it again."""
        self._decoder = None
