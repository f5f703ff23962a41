"""Run the tests on every Python found here, with lowest and newest dependencies.

Each Python is tried three times: with the lowest versions that pyproject.toml allows and no
extra, with the newest and no extra, and with the newest and every extra. Names given on the
command line, such as ``3.12 lowest``, choose among them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

PROJECT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.11", "3.12", "3.13")
KINDS = ("lowest", "newest", "extras")


def interpreter(version: str) -> str | None:
    """Return a Python of *version*: on the path, or one that pyenv has installed."""
    found = [shutil.which(f"python{version}")]
    if pyenv := shutil.which("pyenv"):
        root = subprocess.run([pyenv, "root"], capture_output=True, text=True, check=False)
        homes = sorted(Path(root.stdout.strip(), "versions").glob(f"{version}.*"))
        found += [str(home / "bin" / "python") for home in reversed(homes)]
    # A shim on the path may stand for a version that is not switched on.
    return next((each for each in found if each and works(each)), None)


def works(python: str) -> bool:
    """Return whether *python* runs."""
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def lowest(requirements: list[str], version: str) -> list[str]:
    """Return *requirements* with each lower bound made exact, as they apply on *version*."""
    exact = []
    for each in map(Requirement, requirements):
        if each.marker is None or each.marker.evaluate({"python_version": version}):
            bound = next(spec.version for spec in each.specifier if spec.operator == ">=")
            exact.append(f"{each.name}=={bound}")
    return exact


def run(version: str, kind: str) -> bool:
    """Return whether the tests pass; make the environment where it is missing."""
    python = interpreter(version)
    if python is None:
        print(f"Python {version}: not found, left out")
        return True
    print(f"\nPython {version}, {kind}", flush=True)
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    place = PROJECT / f".venv-{version}-{kind}"
    inside = place / "bin" / "python"
    pip = [inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade"]
    extras = ",".join(project["optional-dependencies"])
    install = [f".[{extras}]" if kind == "extras" else "."]
    if kind == "lowest":
        install += lowest(project["dependencies"], version)
    commands = [
        [*pip, "pip>=25.1"],
        [*pip, "--upgrade-strategy", "eager", *install, "--group", "tests"],
        [inside, "-m", "pytest", "-q"],
    ]
    if not inside.exists():
        commands.insert(0, [python, "-m", "venv", place])
    return all(subprocess.run(each, cwd=PROJECT, check=False).returncode == 0 for each in commands)


def main(chosen: list[str]) -> int:
    """Run what was chosen, all by default; return how many failed."""
    pythons = [each for each in PYTHONS if each in chosen] or PYTHONS
    kinds = [each for each in KINDS if each in chosen] or KINDS
    failed = [(python, kind) for python in pythons for kind in kinds if not run(python, kind)]
    for python, kind in failed:
        print(f"failed: Python {python}, {kind}")
    return min(len(failed), 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
