"""What the documents tell a new user to do."""

from apart import run_apart
from checks_life import Skip

OVERLAY = ("mount -t tmpfs tmpfs /run && mkdir /run/upper /run/work && "
           "mount -t overlay overlay /etc -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work")


def documents_work(bench):
    """A user with an empty home who follows README.md and docs/systemd.md has a worker"""
    if not bench.speaks:
        raise Skip("the documents are of a worker that speaks to systemd")
    for document, *headings in [
            ("README.md", "Under systemd"),
            ("docs/systemd.md", "The commands", "Socket activation", "More fences: sandbox.conf")]:
        run_apart(bench, "fresh_account.py", bench.binary, document, *headings,
                  needs=("unshare", "useradd", "make", "cc", "curl"), probe=OVERLAY)


CHECKS = [documents_work]
