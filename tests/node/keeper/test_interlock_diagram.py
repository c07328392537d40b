from tests.core.interlock_diagram import BLOCK, PAGE, diagram


def test_the_diagram_in_the_documentation_is_the_tables():
    (drawn,) = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert drawn == diagram()
