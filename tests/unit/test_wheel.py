"""The wheel: installed in an empty folder it renders the same bytes as the checkout."""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
pytest.importorskip("hatchling.build")


def run(folder: Path, *words: str, path: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(path), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True, timeout=120)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(ROOT, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder))
    return next(folder.glob("tokentill-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile"]
    run(folder, *pip, "--target", str(folder), str(wheel))
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_wheel_holds_the_package_with_its_data_and_nothing_else(wheel: Path):
    names = set(ZipFile(wheel).namelist())
    tracked = subprocess.run(
        ["git", "ls-files", "generator", "templates", "mappings"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    data = {f"generator/_data/{name}" for name in tracked if not name.startswith("generator/")}
    assert {name for name in tracked if name.startswith("generator/")} | data <= names
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"generator", "tokentill"}


def test_an_empty_folder_gets_the_bytes_of_the_checkout(installed: Path, tmp_path: Path):
    here, there = tmp_path / "checkout", tmp_path / "empty"
    there.mkdir()
    run(ROOT, "-m", "generator", "build", "--out", str(here))
    run(there, "-m", "generator", "build", path=installed)
    assert tree(there) == tree(here)
    assert tree(here)


def test_an_installed_package_is_not_written_to(installed: Path, tmp_path: Path):
    before = tree(installed)
    run(tmp_path, "-m", "generator", "build", path=installed)
    assert tree(installed) == before
