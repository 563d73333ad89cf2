"""Finding the line of a key, which tomllib forgets."""

from fenji.rulebook.toml_file import line_numbers

TEXT = '''\
top = 1

[[a.b]]
x = 1
y.z = 2
text = """
not_a_key = 3
[[nor.a.table]]
"""
after = 4
  [[ a . b ]]   # second
"quoted" = 5
list = [
  1,
]
[c]
x = 6
'''


def test_every_field_is_found_in_its_own_table() -> None:
    lines = line_numbers(TEXT)
    assert lines[("", 0, "top")] == 1
    assert lines[("a.b", 0, "")] == 3
    assert lines[("a.b", 0, "y")] == 5
    assert lines[("a.b", 0, "after")] == 10
    assert lines[("a.b", 1, "")] == 11
    assert lines[("a.b", 1, "quoted")] == 12
    assert lines[("c", 0, "x")] == 17


def test_what_stands_inside_a_text_is_no_key() -> None:
    assert not [place for place in line_numbers(TEXT) if "not_a_key" in place or "nor.a.table" in place]
