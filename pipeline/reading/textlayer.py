"""Is the text of a page the text that it shows? Judged per page from what the reader met."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from pipeline.reading.characters import HOLE, MISNAMED
from pipeline.reading.page import Image, TextLayer, Word

_SYMBOLS = re.compile(
    r"wingdings|webdings|symbol|dingbats", re.I
)  # fonts whose characters have no other code
# Codes of glyphs taken for characters run through these; a Chinese or English report has one here and there.
_ACCENTED = re.compile(r"[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af]")
_USUAL = re.compile(r"[!-~\u4e00-\u9fa5]+")  # real characters all, and nearly all there are
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
# Pairs of characters that reports on companies are full of. Of the Chinese characters of a real page, 4 in
# 100 and more stand in one of them (but for lists of names); where a font's names are mixed up, 0.7 and less.
_COMMON = """
公司 研究 证券 报告 市场 产品 行业 收入 增长 业务 主要 分析 中国 投资 客户 销售 数据 其他 企业
需求 管理 发展 规模 研发 成本 能力 营业 服务 利润 预测 以及 净利 同比 实现 通过 未来 占比 信息
毛利 提供 我们 盈利 结构 预计 分别 情况 费用 评级 影响 经营 价格 风险 股份 估值 根据 财务 目前
技术 项目 方面 相关 国内 模式 资产 负债 价值 认为 现金 流量 净额 合计 平均 股东 权益 股价 增加
减少 下降 提升 持续 同时 生产 全球 国际 资料 来源 声明 建议 评价 机构 本报 所有 可能 任何 观点
应收 应付 存货 固定 非流 流动 长期 短期 借款 货币 资金 折旧 摊销 每股 比率 周转 资本 支出 会计
年度 单位 百万 亿元 万元 指标 增速 总额 税金 所得 少数 损益 归属 母公 筹资 活动 变动 无形 预付
其它 合并 成长 回报 负责 签名 基金 交易 股票 上市 目标
软件 工程 平台 系统 品牌 设计 建设 代表 城市 国家
"""
_PAIRS = frozenset(_COMMON.split())
_FEWEST = 200  # Chinese characters of a font on a page; of fewer nothing can be said
_SENSE = 0.01
_SIMPLIFIED = 0.9  # of the characters; the pairs are those of simplified Chinese


@lru_cache(maxsize=20_000)
def is_strange(char: str) -> bool:
    """Private-use and control characters, unassigned code points, holes: what a broken mapping gives."""
    return char in (HOLE, MISNAMED) or unicodedata.category(char) in ("Co", "Cn", "Cc", "Cs")


def is_symbol(font: str) -> bool:
    """Whether a font prints symbols, whose codes are strange by nature."""
    return _SYMBOLS.search(font) is not None


def is_usual(pair: str) -> bool:
    """Whether two characters are one of the pairs that reports on companies are full of."""
    return pair in _PAIRS


def senseless_fonts(words: Sequence[Word]) -> frozenset[str]:
    """Fonts whose Chinese is none: the characters are real, their order is that of no language."""
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for word in words:
        texts[word.font].append(word.text)
    return frozenset(font for font, of in texts.items() if _senseless(_CHINESE.findall(" ".join(of))))


def _senseless(runs: Sequence[str]) -> bool:
    total = sum(map(len, runs))
    if total < _FEWEST:
        return False
    paired = 0
    for run in runs:
        pairs = [at for at in range(len(run) - 1) if run[at : at + 2] in _PAIRS]
        paired += len({at + side for at in pairs for side in (0, 1)})
        if paired >= _SENSE * total:
            return False
    return len("".join(runs).encode("gb2312", "ignore")) >= 2 * _SIMPLIFIED * total


@lru_cache(maxsize=20_000)
def _is_unreal(char: str) -> bool:
    return is_strange(char) or _ACCENTED.match(char) is not None


def judge(words: Sequence[Word], unmapped: int, images: Sequence[Image]) -> TextLayer:
    """`none` where pictures stand and no text, `garbled` where a fifth of it cannot be real, else `good`.

    A fifth: pages of the corpus with good text have at most 4 % of private-use characters (bullets, check
    marks of symbol fonts); pages with a broken mapping have most of them.
    """
    total = sum(len(word.text) for word in words)
    if total + unmapped == 0:
        return "none" if images else "good"
    senseless = senseless_fonts(words)
    strange = unmapped + sum(len(word.text) for word in words if word.font in senseless)
    printed = _USUAL.sub("", "".join([word.text for word in words if word.font not in senseless]))
    strange += sum(map(_is_unreal, printed))
    if strange > 0.2 * (total + unmapped):
        return "garbled"
    # Painted text: hundreds of small pictures, a few words of furniture.
    if len(images) > 150 and total < 200:
        return "none"
    return "good"
