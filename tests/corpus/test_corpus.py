"""Every file of the corpus is read as it should be, or refused as it should be."""

from __future__ import annotations

import pytest

from corpus.make import Sample, samples
from corpus.table import by_focalbox, verdict

SAMPLES = list(samples())


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample.format}: {sample.feature}")
def test_the_corpus_is_read(sample: Sample) -> None:
    seen = by_focalbox(sample.content)
    assert verdict(sample, seen) in {"right", "refused"}
    if sample.mean is None and sample.format != "none":
        assert str(seen).endswith("the file ends too early")
