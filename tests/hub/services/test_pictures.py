"""A picture that comes with a report is made anew: what one sees stays, what it tells of its taker does not (R46)."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hub.ports import Busy
from hub.services import pictures
from hub.services.pictures import LONGEST_SIDE, MOST_BYTES, Wrong, clean
from tests.hub.pictures import bomb, opened, picture, with_place


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_a_phone_sends_is_kept_as_a_jpeg_of_what_one_sees(kind: str) -> None:
    made = clean(picture(kind))
    assert isinstance(made, bytes)
    seen = opened(made)
    assert (seen.format, seen.mode, seen.size) == ("JPEG", "RGB", (64, 48))
    red, green, _blue = seen.getpixel((30, 20))
    assert (red > 240, green < 20) == (True, True)


def test_nobody_learns_where_or_with_what_it_was_taken() -> None:
    sent = with_place()
    assert b"Pocket Camera" in sent
    made = clean(sent)
    assert isinstance(made, bytes)
    seen = opened(made)
    assert (dict(seen.getexif()), set(seen.info) & {"exif", "icc_profile", "comment"}) == ({}, set())
    assert [word for word in (b"Pocket", b"Bram", b"Exif", b"ICC") if word in made] == []


def test_a_picture_taken_with_the_phone_upright_stands_upright() -> None:
    made = clean(with_place((64, 48), held=6))
    assert isinstance(made, bytes)
    assert opened(made).size == (48, 64)


@pytest.mark.parametrize(("size", "kept"), [((1600, 1200), (1600, 1200)), ((1601, 801), (1600, 800)), ((800, 4000), (320, 1600))])  # fmt: skip
def test_its_longest_side_has_1600_pixels_at_most(size: tuple[int, int], kept: tuple[int, int]) -> None:
    for kind in ("JPEG", "PNG"):
        made = clean(picture(kind, size))
        assert isinstance(made, bytes)
        assert max(opened(made).size) == min(LONGEST_SIDE, max(size))
        assert opened(made).size == kept


def test_what_one_can_see_through_lies_on_white() -> None:
    clear = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    sent = io.BytesIO()
    clear.save(sent, "PNG")
    made = clean(sent.getvalue())
    assert isinstance(made, bytes)
    assert min(opened(made).getpixel((4, 4))) > 250


def test_five_megabytes_are_taken_and_a_byte_more_is_not() -> None:
    small = picture()
    full = small + bytes(MOST_BYTES - len(small))  # what follows the picture's end is nobody's
    assert isinstance(clean(full), bytes)
    assert clean(full + b"\0") is Wrong.TOO_LARGE


def test_a_few_bytes_that_unfold_into_a_wall_of_pixels_are_refused_before_they_unfold() -> None:
    assert len(bomb()) < 200
    assert clean(bomb()) is Wrong.TOO_MANY_PIXELS
    assert clean(bomb(12_000, 9_000)) is Wrong.TOO_MANY_PIXELS
    assert clean(bomb(4001, 4000)) is Wrong.TOO_MANY_PIXELS
    assert clean(bomb(40, 40)) is Wrong.NO_PICTURE  # so large it may be, but it lies about its rows


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"holiday.jpg",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7",
        b"GIF89a" + bytes(40),
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0" + b"MZ" * 100,
        picture("PNG")[:50],
        picture("JPEG", (640, 480))[:600],
        picture("BMP"),
        picture("TIFF"),
        b"RIFF\x10\0\0\0WEBPVP8 ",
    ],
    ids=range(12),
)
def test_what_is_no_picture_is_refused_whatever_it_is_called(sent: bytes) -> None:
    assert clean(sent) is Wrong.NO_PICTURE


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([picture("JPEG"), picture("PNG"), picture("WEBP"), with_place()]),
    st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_whatever_bytes_are_wrong_it_is_a_picture_or_a_no(
    sent: bytes, wrong: list[tuple[float, int]]
) -> None:
    spoilt = bytearray(sent)
    for where, what in wrong:
        spoilt[int(where * len(spoilt))] = what
    made = clean(bytes(spoilt))
    assert isinstance(made, Wrong) or opened(made).format == "JPEG"


def test_while_another_s_picture_is_made_for_long_the_hub_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "WAIT_S", 0.0)
    with pictures._alone(), pytest.raises(Busy):
        clean(picture())
    assert isinstance(clean(picture()), bytes)
