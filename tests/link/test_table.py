"""Tables that users give: read in any usual form, refused with the reason otherwise."""

from pathlib import Path

import pytest

from kg.errors import InvalidMatch, LodestoneError, UnreadableInput
from kg.link.table import read_table


def written(folder: Path, data: bytes) -> Path:
    path = folder / "suppliers.csv"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "data",
    [
        b"name,place\nJL MAG,Ganzhou\n",
        b"name;place\r\nJL MAG;Ganzhou\r\n",
        b"name\tplace\nJL MAG\tGanzhou",
        b'\xef\xbb\xbfname,place\n\n"JL MAG",Ganzhou\n\n',
        "name|place\nJL MAG|Ganzhou\n".encode("utf-16"),
        "\ufeffname,place\nJL MAG,Ganzhou\n".encode("utf-16-be"),
    ],
)
def test_the_usual_forms_are_all_read(tmp_path: Path, data: bytes) -> None:
    table = read_table(written(tmp_path, data))
    assert table.columns == ("name", "place")
    assert [row.values for row in table.rows] == [("JL MAG", "Ganzhou")]
    assert (table.name_column(), table.column("PLACE")) == (0, 1)


def test_another_encoding_is_read_where_it_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, "公司\n金力永磁\n".encode("gb18030"))
    table = read_table(path, encoding="gb18030")
    assert table.rows[0].values == ("金力永磁",)
    assert table.name_column() == 0
    with pytest.raises(UnreadableInput, match=r"line 1 is not UTF-8: byte 0x.*--encoding"):
        read_table(path)
    with pytest.raises(InvalidMatch, match="no encoding"):
        read_table(path, encoding="nonsense-8")


def test_rows_of_another_length_are_told_with_their_lines(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, b'name,place\n"two\nlines",x\na\nb,c,d\ne,f\n'))
    assert [(row.line, row.values) for row in table.rows] == [(2, ("two\nlines", "x")), (6, ("e", "f"))]
    assert [line for line, _ in table.problems] == [4, 5]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"name,Name\na,b\n", "'name' twice"),
        (b"name,,x\na,b,c\n", "without a name, number 2"),
        (b"name\x00\n", "NUL"),
        (b'name\n"never closed\n', "is no CSV"),
        (b'name\n"a"b\n', "is no CSV"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(tmp_path: Path, data: bytes, problem: str) -> None:
    with pytest.raises(UnreadableInput, match=problem):
        read_table(written(tmp_path, data))


def test_a_delimiter_is_a_character(tmp_path: Path) -> None:
    path = written(tmp_path, b"name\tplace\nJL MAG\tGanzhou\n")
    assert read_table(path, delimiter="tab").columns == ("name", "place")
    for delimiter in ("::", '"', "\n"):
        with pytest.raises(InvalidMatch, match="no single character"):
            read_table(path, delimiter=delimiter)


def test_a_column_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, b"vendor,town\na,b\n"))
    for ask in (lambda: table.column("name"), table.name_column):
        with pytest.raises(LodestoneError, match="'vendor', 'town'"):
            ask()
