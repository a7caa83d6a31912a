"""Every rejected mapping gives exactly the message beside it."""

from pathlib import Path

import pytest

from generator import resources
from generator.mapping.load import load
from generator.pricing.catalogue import parse_catalogue
from generator.rendering.resolve import resolve

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*/*.yml"))
CATALOGUE = parse_catalogue(resources.catalogue_text())


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_rejected_mapping_gives_the_message_beside_it(path: Path):
    _, findings = resolve(load(path), CATALOGUE)
    said = "\n\n".join(str(finding).replace(path.as_posix(), path.name) for finding in findings) + "\n"
    assert said == path.with_suffix(".txt").read_text(encoding="utf-8")
    assert path.parent.name in {finding.rule for finding in findings}
