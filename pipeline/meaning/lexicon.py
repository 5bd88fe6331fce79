"""The word lists of this room (CSV files, read once) and the form in which texts are compared."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources

from pipeline.errors import ConfigError

_SPACE = re.compile(r"\s+")
# Look-alikes of simplified characters and the traditional ones that labels are printed in, each before the
# simplified one.
_PAIRS = (
    "凈净浄净資资產产負负債债損损潤润總总額额營营業业務务費费現现動动應应賬账帳账帐账貨货長长"
    "權权東东歸归屬属無无與与價价預预償偿稅税遞递採采購购發发處处報报雜杂項项轉转換换餘余備备"
    "儲储減减銷销攤摊財财開开執执庫库證证議议約约個个優优續续聯联級级據据構构實实際际廠厂設设"
    "機机團团籌筹撥拨變变調调擴扩繳缴擬拟顯显虧亏間间滙汇匯汇兌兑準准劃划殘残壞坏險险貸贷貼贴"
    "買买賣卖賺赚計计國国億亿萬万幣币經经貿贸銀银類类獲获綜综單单過过從从對对會会標标來来數数"
    "員员電电創创氣气關关舊旧傳传統统週周淨净簽签華华積积後后毀毁顧顾遠远進进還还稱称節节認认"
    "許许試试話话該该語语請请諮咨質质軟软輸输運运適适鋼钢鐵铁階阶隨随雲云領领題题願愿養养體体"
    "點点齊齐賃赁暫暂術术衛卫裝装視视測测滿满漲涨環环盡尽監监確确禮礼種种穩稳績绩維维緊紧線线"
    "編编縮缩繼继義义職职腦脑臺台舉举藥药蘭兰號号蟲虫補补裡里製制複复"
)
SIMPLIFIED = str.maketrans(dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)))
_DASHES = str.maketrans(dict.fromkeys("−‐‑‒–—―─﹣－", "-"))
# A space that a line wrap or letter spacing left beside a Chinese character; those between Latin words stay.
_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f"
_WIDE_GAP = re.compile(rf"(?<=[{_WIDE}])\s+(?=[{_WIDE}])")


@cache
def read_rows(name: str, columns: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The rows of `vocabulary/<name>` as tuples in the order of `columns`.

    Raises ConfigError when the file's header is not exactly `columns` or a row has another number of fields.
    """
    path = resources.files("pipeline.meaning") / "vocabulary" / name
    with path.open(encoding="utf-8") as lines:
        reader = csv.reader(lines)
        header = tuple(next(reader, ()))
        if header != columns:
            raise ConfigError(f"vocabulary/{name}: the header is {header}, expected {columns}")
        found = []
        for row in reader:
            if len(row) != len(columns):
                raise ConfigError(
                    f"vocabulary/{name}, line {reader.line_num}: {len(row)} fields, expected {len(columns)}"
                )
            found.append(tuple(row))
    return tuple(found)


def compile_pattern(name: str, pattern: str) -> re.Pattern[str]:
    """The regular expression of a vocabulary row; ConfigError names the file when it is malformed."""
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ConfigError(f"vocabulary/{name}: {pattern!r} is no regular expression: {error}") from error


@lru_cache(maxsize=16384)
def plain(text: str) -> str:
    """The form in which words are compared: one form of each character and dash, no spaces, lower case."""
    unified = unicodedata.normalize("NFKC", text).translate(_DASHES).translate(SIMPLIFIED)
    return _SPACE.sub("", unified).lower()


@lru_cache(maxsize=16384)
def unwrap(text: str) -> str:
    """A label without the spaces that wraps leave between Chinese characters; other runs become one space."""
    return _WIDE_GAP.sub("", _SPACE.sub(" ", text.strip()))


def without_brackets(text: str) -> str:
    """`EPS(人民币,基本)` → `EPS`; of an already `plain` text."""
    return re.sub(r"\([^()]*\)", "", text)
