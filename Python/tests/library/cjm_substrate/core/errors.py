import datetime
import traceback
from dataclasses import dataclass


class CapabilityError(Exception):
    category = "fatal"


class CapabilityCancelledError(CapabilityError):
    category = "transient"

    def __init__(self, name):
        super().__init__("Capability %r cancelled by operator" % name)


@dataclass
class JobError:
    category: str
    message: str
    original_exc_repr: str
    traceback: str
    capability_name: str
    occurred_at: datetime.datetime


def map_bare_exception_to_job_error(exc, *, capability_name=None):
    category = getattr(exc, "category", "user_input" if isinstance(exc, ValueError) else "fatal")
    trace = "".join(traceback.format_exception(type(exc), exc, exc.__traceback__))
    now = datetime.datetime.now(datetime.timezone.utc)
    return JobError(category, str(exc), repr(exc), trace, capability_name, now)
