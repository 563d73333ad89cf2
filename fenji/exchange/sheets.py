"""Opening an uploaded file: xlsx or csv, within limits, as rows of cells. Nothing is believed that was not counted."""

import csv
import io
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator

from django.utils.translation import gettext as _

from fenji.exchange import reader
from fenji.exchange.cells import Cell
from fenji.exchange.errors import FileRefused

MOST_BYTES = 30 * 1024 * 1024
MOST_UNPACKED = 400 * 1024 * 1024
MOST_PARTS = 200  # files inside an xlsx
MOST_ROWS = 200_000
MOST_COLUMNS = 100
MOST_CELL = 2000  # characters
BLOCK = 1 << 18
FORMULA = (b"<f>", b"<f ", b"<f/")
ENCODINGS = ("utf-8-sig", "gb18030")  # Excel in China saves csv in the second


def rows_of(content: bytes, name: str) -> list[list[Cell]]:
    """The first sheet's rows, trailing empty ones dropped; raises FileRefused."""
    if len(content) > MOST_BYTES:
        raise FileRefused(_("文件超过 %(most)d MB。") % {"most": MOST_BYTES // 1024**2})
    if content[:4] == b"PK\x03\x04":
        rows = _xlsx(content)
    elif name.lower().endswith((".csv", ".txt")):
        rows = _csv(content)
    else:
        raise FileRefused(_("只能导入 xlsx 或 csv 文件。"))
    while rows and _is_empty(rows[-1]):
        rows.pop()
    if not rows:
        raise FileRefused(_("文件中没有内容。"))
    if len(rows) > MOST_ROWS + 1:
        raise FileRefused(_("一次最多导入 %(most)d 行，请分成几个文件。") % {"most": MOST_ROWS})
    return rows


def _xlsx(content: bytes) -> list[list[Cell]]:
    has_formula = _unpack(content)
    command = [sys.executable, "-m", reader.__name__, str(MOST_ROWS + 1), str(MOST_COLUMNS)]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=2 * reader.MOST_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise FileRefused(_too_large()) from error
    if done.returncode == reader.UNREADABLE:
        raise FileRefused(_("文件已损坏，或不是 Excel 工作簿。"))
    if done.returncode:
        raise FileRefused(_too_large())
    if has_formula:
        raise FileRefused(_("工作表中有公式，不能导入。"), remedy=_("请全选复制，再“选择性粘贴”为数值后保存。"))
    return [[_bounded(reader.understood(cell)) for cell in row] for row in json.loads(done.stdout)]


def _unpack(content: bytes) -> bool:
    """Unpack every part once, counting: a zip bomb ends here. Whether a worksheet has formulas."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise FileRefused(_("文件解开后过大，不能导入。"))
            if any(part.flag_bits & 1 for part in parts):
                raise FileRefused(_("文件有密码，请取消密码后再上传。"))
            marked = [part.filename for part in parts if _has_formula(archive, part)]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise FileRefused(_("文件已损坏，或不是 Excel 工作簿。")) from error
    return any(name.startswith("xl/worksheets/") for name in marked)


def _blocks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part's bytes; `zipfile` stops at the size announced and checks the sum, so more than announced is an error."""
    with archive.open(part) as stream:
        while block := stream.read(BLOCK):
            yield block


def _has_formula(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    tail, found = b"", False
    for block in _blocks(archive, part):
        joined = tail + block
        found = found or any(mark in joined for mark in FORMULA)
        tail = joined[-2:]
    return found


def _csv(content: bytes) -> list[list[Cell]]:
    for encoding in ENCODINGS:
        try:
            words = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise FileRefused(_("csv 文件的编码无法识别，请另存为 UTF-8。"))
    if "\x00" in words:
        raise FileRefused(_("文件已损坏，或不是 csv 文件。"))
    delimiter = "\t" if "\t" in words.partition("\n")[0] else ","
    rows: list[list[Cell]] = []
    try:
        for row in csv.reader(io.StringIO(words, newline=""), delimiter=delimiter, strict=True):
            if len(row) > MOST_COLUMNS or len(rows) > MOST_ROWS + 1:
                raise FileRefused(_too_large())
            rows.append([_bounded(cell) for cell in row])
    except csv.Error as error:
        raise FileRefused(_("csv 文件的引号或换行有误。")) from error
    return rows


def _too_large() -> str:
    return _("表格过大：最多 %(rows)d 行、%(columns)d 列。") % {"rows": MOST_ROWS, "columns": MOST_COLUMNS}


def _bounded(cell: Cell) -> Cell:
    return cell[: MOST_CELL + 1] if isinstance(cell, str) else cell


def _is_empty(row: list[Cell]) -> bool:
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in row)
