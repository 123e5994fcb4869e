"""A systemd user manager of our own, also where there is no login session, as in a container."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

BINARY = "/lib/systemd/systemd"
RUN = "/run/systemd"
BOOTED = f"{RUN}/system"
NOBODY = 65534


class Unavailable(Exception):
    """Why no user manager can be had here."""


class UserManager:
    """Runs a manager whose runtime, configuration and home folders are temporary.

    Root runs it as "nobody", so that what is found to work is known to work without privileges; or as
    another user, with that one's own folders.
    """

    def __init__(self, user=None):
        if not os.access(BINARY, os.X_OK):
            raise Unavailable(f"there is no {BINARY}")
        self.is_root = os.geteuid() == 0
        account = pwd.getpwnam(user) if user else pwd.getpwuid(
            NOBODY if self.is_root else os.geteuid())
        self.uid, self.gid = account.pw_uid, account.pw_gid
        is_booted = os.path.isdir(BOOTED)
        if not is_booted and not self.is_root:
            raise Unavailable(f"{BOOTED} does not exist, and only root can make it")
        self.booted = []
        self.folder = tempfile.mkdtemp(prefix="uw-systemd-", dir="/tmp")
        os.chmod(self.folder, 0o755)
        self.environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8",
                            "XDG_RUNTIME_DIR": self.make("runtime")}
        os.chmod(self.path("runtime"), 0o700)
        if user:
            self.environment["HOME"] = account.pw_dir
        else:
            self.environment["HOME"] = self.make("home")
            for name in ("config", "data", "cache", "state"):
                self.environment[f"XDG_{name.upper()}_HOME"] = self.make(name)
        if not is_booted:
            self.pretend_boot()
        self.cgroups = self.make_cgroups() if self.is_root else []
        self.log = open(self.path("manager.log"), "wb")
        self.process = subprocess.Popen(
            [BINARY, "--user"], env=self.environment, preexec_fn=self.become, cwd="/",
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True)
        try:
            self.wait_until_running()
        except Unavailable:
            self.close()
            raise

    def pretend_boot(self):
        """Makes what process 1 makes at boot and user managers count on, for sandboxes too."""
        for path in (BOOTED, f"{RUN}/unit-root"):
            if not os.path.exists(path):
                os.makedirs(path)
                self.booted.append(path)
        # Where managers look for what they put in place of a path that is made inaccessible.
        usual = f"/run/user/{self.uid}"
        if not os.path.lexists(usual):
            os.makedirs(os.path.dirname(usual), exist_ok=True)
            os.symlink(self.path("runtime"), usual)
            self.booted.append(usual)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def make(self, *names):
        """Makes a folder that belongs to the manager's user."""
        path = self.path(*names)
        os.makedirs(path, exist_ok=True)
        os.chown(path, self.uid, self.gid)
        return path

    def write(self, text, *names, mode=0o644):
        """Writes a file that belongs to the manager's user."""
        self.make(*names[:-1])
        path = self.path(*names)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        os.chown(path, self.uid, self.gid)
        return path

    def make_cgroups(self):
        """Delegates a control group in each hierarchy that systemd looks at, as logind would."""
        made = []
        name = os.path.basename(self.folder)
        for root in ("/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"):
            if not os.path.exists(f"{root}/cgroup.procs"):
                continue
            group = f"{root}/{name}"
            try:
                os.mkdir(group)
                for entry in (".", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control",
                              "tasks"):
                    if os.path.exists(f"{group}/{entry}"):
                        os.chown(f"{group}/{entry}", self.uid, self.gid)
            except OSError:
                continue
            made.append(group)
        return made

    def become(self):
        """Runs in each child: into the control group, out of the privileges."""
        for group in self.cgroups:
            with open(f"{group}/cgroup.procs", "w", encoding="ascii") as file:
                file.write("0")
        self.drop()

    def drop(self):
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        if self.is_root:
            os.setgroups([])
            os.setgid(self.gid)
            os.setuid(self.uid)

    def wait_until_running(self):
        for _ in range(200):
            if self.process.poll() is not None:
                break
            answer = self.systemctl("is-system-running", check=False).stdout.strip()
            if answer in ("running", "degraded"):
                return
            time.sleep(0.05)
        raise Unavailable("the user manager does not start: " + self.messages().strip())

    def messages(self):
        """What the manager itself said."""
        with open(self.path("manager.log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def run(self, *command, check=True, timeout=60, cwd="/"):
        """Runs a command as the manager's user."""
        done = subprocess.run(
            command, env=self.environment, preexec_fn=self.drop, cwd=cwd, timeout=timeout,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(command)}: {done.returncode}: {done.stderr}")
        return done

    def systemctl(self, *arguments, check=True, timeout=60):
        return self.run("systemctl", "--user", "--no-pager", *arguments, check=check,
                        timeout=timeout)

    def show(self, unit, *names):
        """The values of properties of a unit; of one, its value alone."""
        text = self.systemctl("show", unit, *(f"--property={name}" for name in names)).stdout
        found = dict(line.split("=", 1) for line in text.splitlines())
        return found.get(names[0], "") if len(names) == 1 else found

    def close(self):
        """Ends the manager with all its units, and leaves nothing behind."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        for group in self.cgroups:
            self.remove_group(group)
        shutil.rmtree(self.folder, ignore_errors=True)
        for path in reversed(self.booted):
            try:
                os.unlink(path) if os.path.islink(path) else os.rmdir(path)
            except OSError:
                pass

    @staticmethod
    def remove_group(group):
        """Ends what a manager that was killed left in its group, and removes the group."""
        for folder, _, _ in os.walk(group, topdown=False):
            try:
                with open(f"{folder}/cgroup.procs", encoding="ascii") as file:
                    for pid in file.read().split():
                        os.kill(int(pid), signal.SIGKILL)
            except OSError:
                pass
        for _ in range(100):
            for folder, _, _ in os.walk(group, topdown=False):
                try:
                    os.rmdir(folder)
                except OSError:
                    pass
            if not os.path.isdir(group):
                return
            time.sleep(0.02)
