"""The command looks at what save did not see, and says what it did."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from integrations.uploads import jpeg, upload


def test_the_command_looks_at_what_save_did_not_see(
    models: Any, photo: Any, photographs: Mapping[str, np.ndarray]
) -> None:
    from django.core.management import CommandError, call_command  # noqa: PLC0415 - as above

    def said(*arguments: str) -> str:
        out = io.StringIO()
        call_command("focalbox_analyze", *arguments, stdout=out)
        return out.getvalue().strip()

    models.Photo.objects.update(analysis=None)
    models.Photo.objects.create()
    assert said("gallery.Photo") == "1 analysed, 0 unchanged, 1 without a picture, 0 failed"
    assert said() == "0 analysed, 1 unchanged, 1 without a picture, 0 failed"
    Path(photo.image.path).write_bytes(jpeg(photographs["rocket"]))
    assert said("--check").startswith("1 analysed")
    Path(photo.image.path).write_bytes(b"broken")
    with pytest.raises(CommandError, match="1 pictures could not be analysed"):
        said("--check")
    with pytest.raises(CommandError, match=r"a model is named APP\.MODEL"):
        said("gallery.Phot")


def test_a_photograph_of_several_models_counts_once(models: Any, photographs: Mapping[str, np.ndarray]) -> None:
    from django.core.management import call_command  # noqa: PLC0415 - as above

    portrait = models.Portrait.objects.create(image=upload(jpeg(photographs["rocket"])))
    for named in ([], ["gallery.Portrait"]):
        models.Photo.objects.update(analysis=None)
        out = io.StringIO()
        call_command("focalbox_analyze", *named, stdout=out)
        assert out.getvalue() == "1 analysed, 0 unchanged, 0 without a picture, 0 failed\n"
        assert models.Photo.objects.get(pk=portrait.pk).analysis == portrait.analysis
    portrait.image.close()


def test_other_models_are_left_alone(models: Any, photo: Any) -> None:
    from django.core.management import call_command  # noqa: PLC0415 - as above

    models.Photo.objects.update(analysis=None)
    out = io.StringIO()
    call_command("focalbox_analyze", "auth.User", stdout=out)
    assert out.getvalue() == "0 analysed, 0 unchanged, 0 without a picture, 0 failed\n"
    assert models.Photo.objects.get(pk=photo.pk).analysis is None


@pytest.mark.parametrize(("check", "did"), [([], "1 analysed, 0 unchanged"), (["--check"], "0 analysed, 1 unchanged")])
def test_one_file_that_is_gone_does_not_keep_the_others_from_being_looked_at(
    models: Any,
    photo: Any,
    photographs: Mapping[str, np.ndarray],
    check: list[str],
    did: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    from django.core.management import CommandError, call_command  # noqa: PLC0415 - as above

    other = models.Photo.objects.create(image=upload(jpeg(photographs["rocket"]), "rocket.jpg"))
    if not check:
        models.Photo.objects.update(analysis=None)
    Path(photo.image.path).unlink()
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 pictures could not be analysed; the log names them"):
        call_command("focalbox_analyze", *check, stdout=out)
    assert out.getvalue() == f"{did}, 0 without a picture, 1 failed\n"
    assert photo.image.name in caplog.text
    assert models.Photo.objects.get(pk=photo.pk).analysis == (photo.analysis if check else None)
    assert models.Photo.objects.get(pk=other.pk).analysis["name"] == other.image.name
