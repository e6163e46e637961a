"""What an answer is called: one header field, whatever the name."""

from __future__ import annotations

from email.message import Message

from hypothesis import given
from hypothesis import strategies as st

from focalbox.service.disposition import disposition
from focalbox.service.request import ImageRequest


def read(value: str) -> tuple[str, str | None]:
    """Read a field as mail programs do, which know the same grammar."""
    message = Message()
    message["Content-Disposition"] = value
    return message.get_content_disposition() or "", message.get_filename()


def test_a_saved_answer_is_named_after_its_picture_unless_told_otherwise() -> None:
    assert disposition(ImageRequest("pets/cat.jpg"), "image/jpeg") == ""
    assert read(disposition(ImageRequest("pets/cat.jpg", attachment=True), "image/jpeg")) == ("attachment", "cat.jpg")
    assert read(disposition(ImageRequest("cat.jpg", filename="hero"), "image/webp")) == ("inline", "hero.webp")
    address = "https://example.com/a/dog.png?x=/etc/passwd"
    assert read(disposition(ImageRequest(address, attachment=True), "image/avif")) == ("attachment", "dog.avif")


def test_a_name_does_not_hide_its_ending() -> None:
    assert read(disposition(ImageRequest("cat.jpg", filename="a\u202egpj.exe"), "image/png")) == (
        "inline",
        "agpj.exe.png",
    )


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=300))
def test_any_name_stays_one_field_of_ascii(name: str) -> None:
    value = disposition(ImageRequest("cat.jpg", filename=name), "image/png")
    assert value.isascii()
    assert value.isprintable()
    kind, called = read(value)
    assert kind == "inline"
    assert called is not None
    assert called.endswith(".png")
