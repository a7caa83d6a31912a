"""Rendered files on disk: stale ones are told, and writing is all or nothing."""

from pathlib import Path

import pytest

from generator.rendering.output import left_over, stale, write

FILES = {"n8n/a.json": b"1\n", "make/b.json": b"2\n"}


def test_writing_twice_changes_nothing_the_second_time(tmp_path: Path):
    assert write(FILES, tmp_path) == ["n8n/a.json", "make/b.json"]
    assert write(FILES, tmp_path) == []
    assert stale(FILES, tmp_path) == []


def test_missing_and_changed_files_are_told_in_the_words_of_the_docs(tmp_path: Path):
    write(FILES, tmp_path)
    (tmp_path / "n8n/a.json").write_bytes(b"0\n")
    (tmp_path / "make/b.json").unlink()
    assert [finding.message for finding in stale(FILES, tmp_path)] == [
        "n8n/a.json is out of date. Run: python -m generator build",
        "make/b.json is missing. Run: python -m generator build",
    ]


def test_a_failure_on_the_way_leaves_every_file_as_it_was(tmp_path: Path):
    (tmp_path / "make").write_text("a file where a folder should be")
    with pytest.raises(OSError, match="make"):
        write(FILES, tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["make"]


def test_a_folder_in_the_place_of_the_last_file_leaves_the_first_as_it_was(tmp_path: Path):
    (tmp_path / "make/b.json").mkdir(parents=True)
    with pytest.raises(IsADirectoryError) as raised:
        write(FILES, tmp_path)
    assert raised.value.filename == str(tmp_path / "make/b.json")
    assert not (tmp_path / "n8n").exists()


def test_files_of_runs_that_a_mapping_no_longer_has_are_told(tmp_path: Path):
    several = {
        "n8n/meter-usage-app.json": b"1\n",
        "n8n/meter-usage-chunk.json": b"2\n",
        "make/ops-errors-app.json": b"3",
    }
    write({**several, "n8n/my-own.json": b"4\n"}, tmp_path)
    one = {"n8n/meter-usage.json": b"1\n", "n8n/meter-usage-chunk.json": b"2\n"}
    assert [finding.where.file.removeprefix(f"{tmp_path.as_posix()}/") for finding in left_over(one, tmp_path)] == [
        "make/ops-errors-app.json",
        "n8n/meter-usage-app.json",
    ]
    assert left_over(several, tmp_path) == []
