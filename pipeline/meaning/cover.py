"""What a report says of itself: house, headline, date, company, rating, prices, authors.

Read from the printed words only; the file's name is no source. What the pages leave in doubt is None.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipeline.meaning.cover_broker import find_broker
from pipeline.meaning.cover_lines import read_cover_page
from pipeline.meaning.cover_people import Analyst, find_analysts
from pipeline.meaning.cover_prices import Price, find_date, find_price, find_price_in_text
from pipeline.meaning.cover_rating import find_rating, rating_level
from pipeline.meaning.cover_title import find_company, find_title, find_type
from pipeline.meaning.entities import trading_currency
from pipeline.reading.page import Page

_RUNNING_PAGES = 6  # later pages whose heads are asked for the company when the first page does not name it


@dataclass(frozen=True, slots=True)
class ReportMeta:
    """The columns of `reports` that come from the print; None, or an empty tuple, where it does not say."""

    broker: str | None = None
    title: str | None = None
    report_type: str | None = None
    published_on: date | None = None
    company: str | None = None
    tickers: tuple[str, ...] = ()
    rating: str | None = None
    rating_action: str | None = None
    rating_level: str | None = None
    target_price: Decimal | None = None
    close_price: Decimal | None = None
    price_currency: str | None = None
    analysts: tuple[Analyst, ...] = ()


def _price_currency(prices: Sequence[Price | None], tickers: Sequence[str]) -> str | None:
    """The printed currency; where only 元 or nothing stands, the one in which the first listing trades.

    None where the two prices name different currencies: they belong to different listings.
    """
    printed = {price.currency for price in prices if price is not None and price.currency}
    if len(printed) > 1 or all(price is None for price in prices):
        return None
    return next(iter(printed), None) or (trading_currency(tickers[0]) if tickers else None)


def read_cover(pages: Sequence[Page], *, file_name: str = "") -> ReportMeta:
    """Read a report's own description from its pages, in order: all, or at least the first and the last ones.

    `file_name` goes into no column: names of files contradict the print too often.
    """
    del file_name
    if not pages:
        return ReportMeta()
    cover = read_cover_page(pages[0])
    company = find_company(cover, map(read_cover_page, pages[1:_RUNNING_PAGES]))
    broker = find_broker(pages, cover.strips, company=company.name if company is not None else None)
    title = find_title(cover, company)
    about_company = find_type(cover, company, title, None) != "industry"
    rating = find_rating(cover, prose=about_company)
    action = rating.action if rating is not None else None
    target, close = find_price(cover, "target_price"), find_price(cover, "close_price")
    if target is None and about_company:
        target = find_price_in_text(cover)
    tickers = company.tickers if company is not None else ()
    return ReportMeta(
        broker=broker,
        title=title,
        report_type=find_type(cover, company, title, action),
        published_on=find_date(cover),
        company=company.name if company is not None else None,
        tickers=tickers,
        rating=rating.text if rating is not None else None,
        rating_action=action,
        rating_level=rating_level(rating.text if rating is not None else None, broker),
        target_price=target.amount if target is not None else None,
        close_price=close.amount if close is not None else None,
        price_currency=_price_currency((target, close), tickers),
        analysts=find_analysts(cover),
    )
