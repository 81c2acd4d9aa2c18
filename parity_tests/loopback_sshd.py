"""An `sshd` of our own on 127.0.0.1, with its own keys, that only the tests' own `ssh` configuration can log in to."""

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import time

HOST = "far"  # its name in the configuration; nothing of it is asked of DNS
SERVER = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
PidFile none
AuthorizedKeysFile {folder}/user_key.pub
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
"""
CLIENT = """
Host {host}
  HostName 127.0.0.1
  Port {port}
  User {user}
  IdentityFile {folder}/user_key
  IdentitiesOnly yes
  UserKnownHostsFile {folder}/known_hosts
  StrictHostKeyChecking yes
  LogLevel ERROR
"""


def missing():
    """What is not there that this needs, in words; empty where all is."""
    names = [name for name in ("ssh", "ssh-keygen") if not shutil.which(name)] + ([] if find_sshd() else ["sshd"])
    return ("no %s here (apt-get install openssh-server)" % ", ".join(names)) if names else ""


def find_sshd():
    """The absolute path of sshd, which it insists on being called by; None where there is none."""
    return shutil.which("sshd", path=os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/usr/local/sbin"]))


@contextlib.contextmanager
def running(folder):
    """Start it; gives the path of the `ssh` configuration. ``folder`` (pathlib.Path, no spaces) takes keys and log."""
    for name in ("host_key", "user_key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    names = {"folder": folder, "port": port, "host": HOST, "user": getpass.getuser()}
    (folder / "sshd_config").write_text(SERVER.format(**names))
    (folder / "ssh_config").write_text(CLIENT.format(**names))
    (folder / "known_hosts").write_text("[127.0.0.1]:%d %s" % (port, (folder / "host_key.pub").read_text()))
    if os.getuid() == 0:
        os.makedirs("/run/sshd", exist_ok=True)  # root's sshd locks its unprivileged half into it
    with open(str(folder / "log"), "wb") as log:
        server = subprocess.Popen([find_sshd(), "-D", "-e", "-f", str(folder / "sshd_config")], stderr=log)
    try:
        wait_until_it_listens(server, port, folder / "log")
        yield str(folder / "ssh_config")
    finally:
        server.terminate()
        server.wait()


def wait_until_it_listens(server, port, log):
    """Return once somebody can connect; an error with what sshd said if it ends before."""
    deadline = time.monotonic() + 20
    while server.poll() is None and time.monotonic() < deadline:
        with socket.socket() as caller:
            if caller.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("sshd does not listen: %s" % log.read_text())
