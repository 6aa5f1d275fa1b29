"""Install what the tests need from outside Python, or say exactly what is missing."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from ctypes.util import find_library
from pathlib import Path

HERE = Path(__file__).resolve().parent


def program(name: str, *folders: str) -> Callable[[], bool]:
    def there() -> bool:
        found = [str(folder) for pattern in folders for folder in Path("/").glob(pattern)]
        return bool(shutil.which(name, path=os.pathsep.join([os.environ["PATH"], *found])))

    return there


def library(name: str) -> Callable[[], bool]:
    return lambda: bool(find_library(name))


def font(language: str) -> Callable[[], bool]:
    def there() -> bool:
        command = ["fc-list", f":lang={language}"]
        return bool(shutil.which("fc-list") and subprocess.check_output(command))

    return there


# Debian's package, and how to see that what it brings is there.
NEEDED = {
    "postgresql": program("initdb", "usr/lib/postgresql/*/bin"),
    "redis-server": program("redis-server"),
    "nginx": program("nginx", "usr/sbin"),
    "openssl": program("openssl"),
    "chromium": program("chromium"),  # the one with windows, which keeps pages for Back
    "chromium-headless-shell": program("chromium-headless-shell"),
    "fontconfig": program("fc-list"),
    "fonts-noto-cjk": font("zh-tw"),
    "fonts-noto-core": font("th"),
    "default-jre-headless": program("java"),
    "nodejs": program("node"),
    "npm": program("npm"),
    "gettext": program("xgettext"),
    "poppler-utils": program("pdftotext"),
    "libpango-1.0-0": library("pango-1.0"),
    "libpangoft2-1.0-0": library("pangoft2-1.0"),
    "libharfbuzz-subset0": library("harfbuzz-subset"),
    "faketime": program("faketime"),
}


def missing() -> list[str]:
    return [package for package, there in NEEDED.items() if not there()]


def apt() -> list[str] | None:
    """How to call apt-get here without asking anybody, if at all."""
    if not shutil.which("apt-get"):
        return None
    if os.getuid() == 0:
        return ["apt-get"]
    if shutil.which("sudo") and not subprocess.run(["sudo", "-n", "true"], check=False).returncode:
        return ["sudo", "-n", "apt-get"]
    return None


def install_packages() -> None:
    if not (packages := missing()):
        return
    if apt_get := apt():
        print("Installing", *packages, flush=True)
        os.environ["DEBIAN_FRONTEND"] = "noninteractive"
        quiet = ["-qq", "-o", "DPkg::Lock::Timeout=600"]
        subprocess.run([*apt_get, *quiet, "update"], check=False)
        install = [*apt_get, *quiet, "install", "-y", "--no-install-recommends", *packages]
        subprocess.run(install, check=False)
    if still := missing():
        sys.exit(
            "The tests need programs that are not here. Where Debian's packages are to be had, "
            f"this brings them:\n  apt-get install -y --no-install-recommends {' '.join(still)}"
        )


def install_judges() -> None:
    """axe-core and the Nu checker."""
    lock, done = HERE / "package-lock.json", HERE / "node_modules/.installed"
    if done.exists() and done.read_bytes() == lock.read_bytes():
        return
    subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=HERE, check=True
    )
    shutil.copy(lock, done)


if __name__ == "__main__":
    install_packages()
    install_judges()
