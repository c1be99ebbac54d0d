"""Small disks that may be full: an ext4 on a loop device, else a tmpfs, in the mount namespace of the run."""

import os
import subprocess

SIZE = "3G"
_mounted = []


def mount(folder):
    """Mounts a small disk there; whether this machine allows it."""
    if os.geteuid() != 0:
        return False
    image = folder + ".img"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True}
    try:
        subprocess.run(["truncate", "--size", SIZE, image], **quiet)
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", image], **quiet)
        subprocess.run(["mount", "-o", "loop", image, folder], **quiet)
    except (OSError, subprocess.CalledProcessError):
        try:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", folder], **quiet)
        except (OSError, subprocess.CalledProcessError):
            return False
    os.chmod(folder, 0o755)
    _mounted.append(folder)
    return True


def unmount_all():
    """Takes them away again."""
    while _mounted:
        folder = _mounted.pop()
        subprocess.run(["umount", folder], check=False)
