import contextvars
import dataclasses

ENVELOPE_BODY_KEY = "envelope"
ACCOUNTS_HEADER = "X-CJM-Accounts"
envelope = contextvars.ContextVar("envelope", default=None)
accounts = contextvars.ContextVar("accounts", default=None)
kinds = {}


@dataclasses.dataclass
class CallEnvelope:
    job_id: str = None

    @classmethod
    def from_wire(cls, d):
        return cls(d.get("job_id"))


def set_call_envelope(value):
    return envelope.set(value)


def get_call_envelope():
    return envelope.get()


def begin_account_capture():
    accounts.set([])


def record_account(event_type, payload=None):
    if accounts.get() is not None:
        accounts.get().append({"event_type": event_type, "payload": payload or {}})


def drain_accounts():
    taken = accounts.get() or []
    accounts.set([])
    return taken


def wire_type(kind):
    def register(cls):
        kinds[cls] = kind
        return cls

    return register


def wire_encode(value):
    kind = kinds.get(type(value))
    return value if kind is None else {"__wire__": kind, "data": dataclasses.asdict(value)}
