"""Tokens: as a credential of systemd's, and as a file that is read again at a reload."""

import os
import re

from bench import ROOT, free_port, until
from checks_units import stays_down

OLD, NEW = "the-old-token-of-29-characters", "the-new-token-of-29-characters"
ROTATED = [401, 401, 200]


def statuses(bench, port):
    """What is answered without a token, with the old one, and with the new one."""
    headers = [{}, *({"Authorization": f"Bearer {token}"} for token in (OLD, NEW))]
    return [bench.request(port, path="/stats", headers=each)[0] for each in headers]


def write_token(bench, instance, token, mode=0o600):
    bench.manager.write(f"{token}\n", "config", "universal-worker", f"{instance}.token", mode=mode)


def start(bench, instance, *lines):
    """Starts a worker with the old token in its file, and a drop-in."""
    write_token(bench, instance, OLD)
    bench.drop_in("token", *lines, instance=instance)
    unit, port = bench.serve(instance)
    assert statuses(bench, port) == [401, 200, 401], bench.log()
    assert bench.request(port)[0] == 200, "a probe needs a token"
    return unit, port


def credential_is_the_token(bench):
    """The drop-in of contrib has the token from a credential, and a restart has the new one"""
    with open(os.path.join(ROOT, "contrib/universal-worker-token.conf"), encoding="utf-8") as file:
        unit, port = start(bench, "credential", *file.read().splitlines())
    # The unit's copy stays as it is, whatever happens to the file.
    write_token(bench, "credential", NEW)
    bench.manager.systemctl("kill", "--signal=HUP", unit)
    assert until(lambda: "/universal-worker.token' has been read again" in bench.log())
    assert statuses(bench, port) == [401, 200, 401]
    bench.manager.systemctl("restart", unit)
    assert statuses(bench, port) == ROTATED
    bench.manager.systemctl("stop", unit)
    write_token(bench, "credential", "too-short")
    stays_down(bench, unit, 2)
    assert "/universal-worker.token': line 1 has 9 characters" in bench.log()


def credential_is_set_in_the_unit(bench):
    """SetCredential= is a token too"""
    unit, _ = start(bench, "set", "[Service]", f"SetCredential=universal-worker.token:{OLD}")
    bench.manager.systemctl("stop", unit)


def reload_rotates_tokens(bench):
    """A reload reads the file of tokens again, by the drop-in that docs/systemd.md has; a bad one changes nothing"""
    with open(os.path.join(ROOT, "docs/systemd.md"), encoding="utf-8") as file:
        (block,) = re.findall(r"```ini\n([^`]*ExecReload=[^`]*)```", file.read())
    unit, port = start(bench, "reloaded", *block.splitlines())
    pid = bench.main_pid(unit)
    write_token(bench, "reloaded", f"{OLD}\n{NEW}")
    bench.manager.systemctl("reload", unit)
    assert until(lambda: statuses(bench, port) == [401, 200, 200]), bench.log()
    write_token(bench, "reloaded", NEW)
    bench.manager.systemctl("reload", unit)
    assert until(lambda: statuses(bench, port) == ROTATED), bench.log()
    for text, mode, reason in [
        (OLD, 0o644, "group or others may use it"), ("", 0o600, "there is no token"),
        ("too-short", 0o600, "line 1 has 9 characters"),
    ]:
        write_token(bench, "reloaded", text, mode)
        bench.manager.systemctl("reload", unit)
        said = f"/reloaded.token', and the former ones stay: {reason}"
        assert until(lambda said=said: said in bench.log()), (said, bench.log())
        assert statuses(bench, port) == ROTATED
    assert bench.main_pid(unit) == pid and bench.is_state(unit, "active")
    bench.manager.systemctl("stop", unit)
    assert OLD not in bench.log() and NEW not in bench.log()


CHECKS = [credential_is_the_token, credential_is_set_in_the_unit, reload_rotates_tokens]
