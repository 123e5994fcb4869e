import datetime
import traceback
from dataclasses import dataclass


class CapabilityError(Exception):
    category = "fatal"


class CapabilityCancelledError(CapabilityError):
    category = "transient"

    def __init__(self, name):
        super().__init__("Capability %r cancelled by operator" % name)


class CapabilityInputError(CapabilityError):
    category = "user_input"

    def __init__(self, message, fields_invalid):
        super().__init__(message)
        self.fields_invalid = fields_invalid


@dataclass
class JobError:
    category: str
    message: str
    original_exc_repr: str
    traceback: str
    capability_name: str
    occurred_at: datetime.datetime
    fields_invalid: list


def map_bare_exception_to_job_error(exc, *, capability_name=None):
    category = getattr(exc, "category", "user_input" if isinstance(exc, ValueError) else "fatal")
    trace = "".join(traceback.format_exception(type(exc), exc, exc.__traceback__))
    now = datetime.datetime.now(datetime.timezone.utc)
    fields = getattr(exc, "fields_invalid", None)
    return JobError(category, str(exc), repr(exc), trace, capability_name, now, fields)
