"""What houses print: lines of the statements with the labels in use, titles, and the words around tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Form = Literal["money", "share", "percent", "times", "turns"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a statement: whose figures it prints (a `-` turns the sign), and how it may be called.

    `total` lines are set bold; `must` lines are never left out.
    """

    code: str
    labels: tuple[str, ...]
    form: Form = "money"
    total: bool = False
    must: bool = False
    section: bool = False


def _lines(text: str) -> tuple[Line, ...]:
    """Lines written `marks code form: label | label`; `*` is a total, `!` never left out, `#` a section."""
    found = []
    for row in text.strip().splitlines():
        head, labels = row.split(":", 1)
        marks = head[: len(head) - len(head.lstrip("*!#"))]
        code, _, form = head[len(marks) :].strip().partition(" ")
        forms: dict[str, Form] = {
            "": "money",
            "share": "share",
            "%": "percent",
            "x": "times",
            "turns": "turns",
        }
        names = tuple(label.strip() for label in labels.split("|"))
        found.append(Line(code, names, forms[form], "*" in marks, "!" in marks, "#" in marks))
    return tuple(found)


INCOME_A = _lines("""
*!revenue: 营业收入 | 营业总收入 | 一、营业收入 | 营业收入合计
cost: 营业成本 | 减:营业成本 | 减：营业成本
surcharges: 税金及附加 | 营业税金及附加 | 税金和附加
selling: 销售费用 | 营业费用
admin: 管理费用
research: 研发费用
finance_cost: 财务费用
-impairment: 资产减值损失 | 资产及信用减值损失
other_income: 其他收益
investment_income: 投资净收益 | 投资收益 | 加：投资收益
*!operating_profit: 营业利润 | 二、营业利润
non_operating: 营业外收支净额 | 营业外收支
*!pretax_profit: 利润总额 | 税前利润 | 三、利润总额
tax: 所得税 | 减：所得税 | 所得税费用
*!net_profit: 净利润 | 四、净利润 | 净利润（含少数股东损益）
minority_profit: 少数股东损益 | 减：少数股东损益 | 少数股东收益
*!parent_profit: 归属于母公司净利润 | 归母净利润 | 归属母公司净利润 | 归属于上市公司股东的净利润
ebitda: EBITDA
eps share: EPS（元） | 每股收益（元） | EPS（最新摊薄，元） | EPS(摊薄)(元)
""")

INCOME_HK = _lines("""
*!revenue: 收入 | 营业收入 | 营业额 | 收益
!-cost: 销售成本 | 营业成本
*!gross_profit: 毛利 | 毛利润
other_income: 其他收入及收益 | 其他收益
-selling: 销售及分销开支 | 销售及营销开支 | 销售费用
-admin: 行政开支 | 管理费用
-research: 研发开支 | 研发费用
-impairment: 减值亏损 | 资产减值损失
*!operating_profit: 经营溢利 | 经营利润
-finance_cost: 财务成本 | 融资成本 | 财务成本净额
*!pretax_profit: 除税前溢利 | 税前利润 | 除税前利润
-tax: 所得税开支 | 所得税
*!net_profit: 年内溢利 | 净利润 | 年度利润
-minority_profit: 非控股权益 | 少数股东损益
*!parent_profit: 本公司拥有人应占溢利 | 归母净利润 | 股东应占溢利
ebitda: EBITDA
""")

BALANCE_LAST = _lines("""
!cash: 货币资金 | 现金及现金等价物 | 现金
receivables: 应收票据及应收账款 | 应收账款 | 应收款项
inventory: 存货
prepayments: 预付款项 | 预付账款
other_current_assets: 其他流动资产
*!current_assets: 流动资产合计 | 流动资产总额
long_investments: 长期股权投资 | 长期投资
fixed_assets: 固定资产
construction: 在建工程
intangibles: 无形资产
other_long_assets: 其他非流动资产
*!long_assets: 非流动资产合计
*!total_assets: 资产总计 | 资产合计 | 总资产
short_debt: 短期借款
payables: 应付票据及应付账款 | 应付账款 | 应付款项
contract_liabilities: 合同负债
other_current_liabilities: 其他流动负债
*!current_liabilities: 流动负债合计
long_debt: 长期借款
other_long_liabilities: 其他非流动负债
*!long_liabilities: 非流动负债合计
*!liabilities: 负债合计 | 负债总计
share_capital: 股本
capital_reserve: 资本公积
retained: 留存收益
*parent_equity: 归属于母公司股东权益合计 | 归属母公司股东权益 | 归母股东权益
minority: 少数股东权益
*!equity: 股东权益合计 | 所有者权益合计
*!total_claims: 负债和股东权益总计 | 负债及股东权益总计 | 负债和股东权益 | 负债和所有者权益总计
""")

BALANCE_FIRST = _lines("""
*!current_assets: 流动资产 | 流动资产合计
!cash: 现金 | 货币资金
receivables: 应收票据及应收账款 | 应收账款
inventory: 存货
prepayments: 预付账款 | 预付款项
other_current_assets: 其他流动资产
*!long_assets: 非流动资产 | 非流动资产合计
long_investments: 长期投资 | 长期股权投资
fixed_assets: 固定资产
construction: 在建工程
intangibles: 无形资产
other_long_assets: 其他非流动资产
*!total_assets: 资产总计 | 资产合计
*!current_liabilities: 流动负债 | 流动负债合计
short_debt: 短期借款
payables: 应付票据及应付账款 | 应付账款
contract_liabilities: 合同负债
other_current_liabilities: 其他流动负债
*!long_liabilities: 非流动负债 | 非流动负债合计
long_debt: 长期借款
other_long_liabilities: 其他非流动负债
*!liabilities: 负债合计
minority: 少数股东权益
share_capital: 股本
capital_reserve: 资本公积
retained: 留存收益
*parent_equity: 归属母公司股东权益 | 归属于母公司股东权益
*!total_claims: 负债和股东权益 | 负债及股东权益 | 负债和股东权益总计
""")

BALANCE_HK = _lines("""
fixed_assets: 物业、厂房及设备 | 固定资产
construction: 在建工程
intangibles: 无形资产
long_investments: 于联营公司的权益 | 于联营及合营公司投资
other_long_assets: 其他非流动资产
*!long_assets: 非流动资产总值 | 非流动资产合计
inventory: 存货
receivables: 贸易应收款项 | 应收账款
prepayments: 预付款项
other_current_assets: 其他流动资产
!cash: 现金及现金等价物 | 货币资金
*!current_assets: 流动资产总值 | 流动资产合计
*!total_assets: 资产总值 | 总资产
payables: 贸易应付款项 | 应付账款
contract_liabilities: 合约负债 | 合同负债
short_debt: 短期借款
other_current_liabilities: 其他流动负债
*!current_liabilities: 流动负债总额 | 流动负债合计
long_debt: 长期借款
other_long_liabilities: 其他非流动负债
*!long_liabilities: 非流动负债总额 | 非流动负债合计
*!liabilities: 负债总额 | 总负债
share_capital: 股本
reserves: 储备
*parent_equity: 本公司拥有人应占权益 | 归属母公司股东权益
minority: 非控股权益 | 少数股东权益
*!equity: 权益总额 | 总权益
*!total_claims: 权益及负债总额 | 总权益及负债
""")

CASH_LAST = _lines("""
!net_profit: 净利润 | 税后利润
da: 折旧摊销 | 折旧和摊销 | 折旧与摊销
finance_cost: 财务费用
-investment_income: 投资损失
working_capital_change: 营运资金变动 | 营运资本变动 | 营运资金的变动
other_long_change: 其他经营现金流 | 其它经营现金流
*!operating_cash: 经营活动现金流 | 经营活动产生的现金流量净额 | 经营活动现金净流量
capex_paid: 资本支出 | 资本开支
investments_paid: 长期投资
investment_income: 其他投资现金流 | 其它投资现金流
*!investing_cash: 投资活动现金流 | 投资活动产生的现金流量净额 | 投资活动现金净流量
short_debt_change: 短期借款 | 短期借款增加
long_debt_change: 长期借款 | 长期借款增加
distributions: 支付股利、利息 | 其他筹资现金流
*!financing_cash: 筹资活动现金流 | 筹资活动产生的现金流量净额 | 融资活动现金流
*!cash_change: 现金净增加额 | 现金净变动 | 现金及现金等价物净增加额 | 现金净流量
opening_cash: 期初现金 | 期初现金余额
cash: 期末现金 | 期末现金余额
""")

CASH_FIRST = _lines("""
*!operating_cash: 经营活动现金流 | 经营活动产生的现金流量净额
net_profit: 净利润
da: 折旧摊销 | 折旧和摊销
finance_cost: 财务费用
-investment_income: 投资损失
working_capital_change: 营运资金变动
other_long_change: 其他经营现金流
*!investing_cash: 投资活动现金流 | 投资活动产生的现金流量净额
capex_paid: 资本支出
investments_paid: 长期投资
investment_income: 其他投资现金流
*!financing_cash: 筹资活动现金流 | 筹资活动产生的现金流量净额
short_debt_change: 短期借款
long_debt_change: 长期借款
distributions: 其他筹资现金流
*!cash_change: 现金净增加额 | 现金及现金等价物净增加额
""")

RATIOS = _lines("""
#growth: 成长能力 | 成长能力(%) | 成长能力（%）
!revenue_growth %: 营业收入增长率 | 营业收入(%) | 营业收入同比(%)
operating_profit_growth %: 营业利润增长率 | 营业利润(%) | 营业利润同比
!parent_profit_growth %: 归母净利润增长率 | 归属于母公司净利润(%) | 归母净利润同比
#profit: 获利能力 | 盈利能力 | 获利能力(%)
!gross_margin %: 毛利率(%) | 毛利率
net_margin %: 净利率(%) | 净利率
!roe %: ROE(%) | ROE | 净资产收益率
roa %: ROA | 总资产收益率 | ROA(%)
#debt: 偿债能力
!debt_ratio %: 资产负债率(%) | 资产负债率
net_gearing %: 净负债比率(%) | 净负债率
current_ratio turns: 流动比率
quick_ratio turns: 速动比率
#turnover: 营运能力 | 经营效率
asset_turnover turns: 总资产周转率 | 总资产周转率（次）
receivable_turnover turns: 应收账款周转率
payable_turnover turns: 应付账款周转率
#per_share: 每股指标(元) | 每股指标（元） | 每股资料（元）
!eps share: 每股收益 | 每股收益(最新摊薄) | EPS
cash_per_share share: 每股经营现金流 | 每股经营现金流(最新摊薄)
bps share: 每股净资产 | 每股净资产(最新摊薄)
#valuation: 估值比率 | 估值比率（倍） | 估值分析
!pe x: P/E | 市盈率 | PE
pb x: P/B | 市净率 | PB
ev_ebitda x: EV/EBITDA
""")

SUMMARY = _lines("""
*!revenue: 营业收入(百万元) | 营业总收入（百万元） | 营业收入（人民币百万） | 收入（百万元）
revenue_growth %: +/-% | YoY(%) | 同比(%) | 增长率(%) | 同比增长（%）
*!parent_profit: 归母净利润（百万元） | 归属母公司净利润(百万元) | 净利润(百万元)
parent_profit_growth %: +/-% | YoY(%) | 同比(%) | 增长率(%) | 同比增长（%）
!eps share: EPS(元) | 每股收益（元） | EPS（元，最新摊薄） | 摊薄每股收益(元)
gross_margin %: 毛利率(%) | 毛利率
roe %: ROE(%) | 净资产收益率（%） | ROE
!pe x: PE(倍) | P/E | 市盈率(倍) | P/E(倍)
pb x: PB(倍) | P/B | 市净率(倍)
ev_ebitda x: EV/EBITDA | EV/EBITDA(倍)
""")

STATEMENTS: dict[str, tuple[tuple[Line, ...], ...]] = {
    "income_statement": (INCOME_A, INCOME_HK),
    "balance_sheet": (BALANCE_LAST, BALANCE_FIRST, BALANCE_HK),
    "cash_flow": (CASH_LAST, CASH_FIRST),
    "ratios": (RATIOS,),
    "forecast_summary": (SUMMARY,),
}
TITLES: dict[str, tuple[str, ...]] = {
    "income_statement": ("利润表", "合并利润表", "损益表", "利润表预测"),
    "balance_sheet": ("资产负债表", "合并资产负债表", "资产负债表预测"),
    "cash_flow": ("现金流量表", "合并现金流量表", "现金流量表预测"),
    "ratios": ("主要财务比率", "财务比率", "主要财务指标", "财务分析指标", "重要财务指标"),
    "forecast_summary": (
        "盈利预测和财务指标", "盈利预测与估值", "财务数据及估值", "主要财务数据与估值", "经营预测指标与估值",
    ),
    "segments": ("分业务收入预测", "公司收入拆分", "分业务盈利预测", "公司分业务预测"),
    "revisions": ("盈利预测调整", "盈利预测调整情况", "盈利预测变动"),
    "comps": ("可比公司估值", "可比公司估值表", "可比公司估值对比"),
}  # fmt: skip
UNITS: tuple[tuple[str, str, int], ...] = (  # as printed, currency, power of ten
    ("百万元", "CNY", 6), ("人民币百万元", "CNY", 6), ("人民币百万", "CNY", 6), ("亿元", "CNY", 8),
    ("百万元人民币", "CNY", 6), ("万元", "CNY", 4), ("百万港元", "HKD", 6), ("港币百万", "HKD", 6),
)  # fmt: skip
STUBS = ("会计年度", "会计年度", "项目", "截至12月31日", "至12月31日", "年度", "指标", "")
SOURCES = (
    "资料来源：公司公告，研究所预测", "资料来源：Wind，公司公告，证券研究所", "数据来源：公司财报，研究所",
    "资料来源:公司公告、Wind、研究所预测", "资料来源：iFinD，研究所", "来源：公司年报",
)  # fmt: skip
PEERS = (
    ("002821.SZ", "凯莱英"), ("603259.SH", "药明康德"), ("300347.SZ", "泰格医药"), ("688981.SH", "中芯国际"),
    ("0981.HK", "中芯国际"), ("1347.HK", "华虹半导体"), ("600519.SH", "贵州茅台"), ("600887.SH", "伊利股份"),
    ("2319.HK", "蒙牛乳业"), ("300750.SZ", "宁德时代"), ("002410.SZ", "广联达"), ("688111.SH", "金山办公"),
    ("9988.HK", "阿里巴巴-W"), ("0700.HK", "腾讯控股"), ("300244.SZ", "迪安诊断"), ("603882.SH", "金域医学"),
)  # fmt: skip
PROSE = (
    "公司2024年实现营业收入{a}亿元，同比增长{b}%，归母净利润{c}亿元，同比增长{d}%，业绩符合预期。分季度看，第四季度收入"
    "环比改善，费用率下降{b}个百分点，经营性现金流明显好转。",
    "盈利预测与投资建议：我们预计公司未来三年归母净利润分别为{a}、{c}、{d}亿元，对应市盈率分别为{b}倍，维持“买入”评级。"
    "风险提示：需求不及预期；原材料价格波动；行业竞争加剧；新产能投放进度慢于预期。",
    "产能方面，公司新建的二期产线已完成客户认证，预计全年出货量增长{b}%。毛利率提升{d}个百分点，主要受益于产品结构改善"
    "与规模效应，我们认为这一趋势仍将延续。",
)  # fmt: skip
HEADINGS = (
    "财务预测",
    "盈利预测",
    "附录：财务预测摘要",
    "财务报表分析与预测",
    "附表：财务报表预测",
    "投资建议",
)
HIDDEN = ("[Table_Finance]", "[Table_BaseData]", "[Table_Profit]", "[Table_Income]", "[Table_Excel1]")
