"""Is the sprite one file with exactly the icons that were asked for?"""

import pytest

from tools.assets import icon_names, sprite

DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" class="lucide" width="24" height="24" viewBox="0 0 24 24" fill="none" '
    'stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"><path d="M1 2" /></svg>'
)


def test_each_icon_is_a_symbol_with_its_own_lines(tmp_path):
    for name in ("fan", "lock"):
        (tmp_path / f"{name}.svg").write_text(DRAWING)
    drawn = sprite(iter(["lock", "fan", "fan"]), tmp_path)
    assert drawn.count("<symbol") == 2
    assert 'id="fan" viewBox="0 0 24 24" fill="none" stroke="currentColor"' in drawn
    assert "class" not in drawn


def test_an_icon_that_does_not_exist_is_refused_with_a_way_out(tmp_path, capsys):
    with pytest.raises(SystemExit):
        sprite(iter(["no-such"]), tmp_path)
    assert "no-such" in capsys.readouterr().err


def test_comments_and_blank_lines_in_the_list_are_no_icons(tmp_path):
    listed = tmp_path / "icons.txt"
    listed.write_text("# states\nfan  # extraction\n\nlock\n")
    assert list(icon_names(listed)) == ["fan", "lock"]
