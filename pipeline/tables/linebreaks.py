"""Whether two lines of a label are one text by their words: a break inside a word, or before 的.

Where lines of one cell stand as far apart as rows do, a reader goes by the language alone.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable

from pipeline.layout.tokens import open_brackets

# Words of which statements, ratio blocks and key figures make their labels.
_WORDS = """
营业收入 营业总收入 营业成本 营业利润 营业费用 营业外收支净额 税金及附加 销售费用 管理费用 研发费用
财务费用 行政开支 资产减值损失 信用减值 公允价值变动 投资净收益 投资损失 其他收益 利润总额 所得税费用
税前利润 净利润 少数股东损益 非控股权益 归属于 归属母公司 母公司 上市公司 公司股东 拥有人 应占溢利
股东权益 所有者权益 合计 总计 总值 总额 每股收益 每股净资产 摊薄 人民币 百万元 货币资金 现金等价物
应收账款 应收票据 应付账款 应付票据 账款项 预付款项 预收款项 存货 其他流动资产 非流动资产 流动负债
长期股权投资 长期投资 长期借款 短期借款 固定资产 在建工程 无形资产 物业厂房设备 联营公司 合营公司
合同负债 合约负债 股本 资本公积 盈余公积 留存收益 未分配利润 储备 经营活动产生 投资活动产生
筹资活动产生 融资活动产生 活动现金流量净额 经营现金流 投资现金流 筹资现金流 现金净流量 净增加额 净变动
增加额 折旧摊销 营运资金变动 营运资本变动 母公司净利润 资本开支 资本支出 支付股利 利息支出 期初现金
期末现金余额 增长率 毛利率 净利率 收益率 周转率 负债率 负债比率 流动比率 速动比率 偿债能力 成长能力
获利能力 盈利能力 营运能力 估值比率 财务指标 市盈率 市净率 回报率 同比增长 交易性 金融资产 衍生 债券
职工薪酬 应交税费 递延所得税 租赁 使用权 商誉 开发支出 待摊 持有至到期 可供出售 减值准备 汇兑损益
汇率变动 偿还债务 取得 收回投资 购建 处置 子公司 吸收投资 分配股利 手续费 佣金 保险 保费 赔付 准备金
客户存款 发放贷款 垫款
"""
_MEASURE = re.compile(r"(?:营业|销售)?(?:收入|成本|毛利率?|销量|均价|单价|产量|占比|同比)(?:$|[（(])")
_GO_ON = frozenset("的及和与或等之、，")  # no label begins with one of these
_LEAD_ON = frozenset("的及和与或于、，")  # nor ends with one of these


def _is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def pairs_in(texts: Iterable[str]) -> frozenset[str]:
    """The pairs of Chinese characters that stand side by side in the texts."""
    return frozenset(
        a + b for text in texts for a, b in itertools.pairwise(text) if _is_han(a) and _is_han(b)
    )


_PAIRS = pairs_in(_WORDS.split())


def goes_on(above: str, below: str) -> bool:
    """Whether a line is the rest of the one above by itself: a lone character, in brackets, from 的 on.

    Of what begins with a bracket that its line does not close the rest is on the next line, or hidden.
    """
    if not above or not below:
        return False
    bracketed = below[0] in "(（" and (below[-1] in ")）" or open_brackets(below) > 0)
    lone = len(below) == 1 and below.isalpha()
    return bracketed or lone or below[0] in _GO_ON or above[-1] in _LEAD_ON


def parts_a_word(above: str, below: str, known: Collection[str]) -> bool:
    """Whether the break parts two characters that stand side by side in a word of statements, or by `known`.

    收入 under the head of a section 菜肴类及其他 is a label of its own, as any measure is.
    """
    joint = above[-1:] + below[:1]
    return (joint in _PAIRS or joint in known) and not _MEASURE.match(below)
