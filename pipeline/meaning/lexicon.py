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
    "評评訂订佔占觀观強强於于勢势場场盤盘圍围區区當当擊击師师責责聲声規规極极擇择選选專专廣广興兴農农"
    "啟启鑒鉴鑑鉴審审薩萨滬沪灣湾門门陸陆網网頁页郵邮龍龙鳳凤陳陈張张劉刘楊杨黃黄趙赵吳吴鄭郑馬马謝谢"
    "韓韩馮冯鄧邓蕭萧葉叶蘇苏盧卢蔣蒋賈贾呂吕湯汤龔龚紀纪鐘钟鍾钟譚谭顏颜嚴严喬乔賴赖驅驱釋释壓压緩缓"
    "寬宽豐丰勁劲細细隱隐誤误況况漸渐頭头壯壮態态歷历曆历紅红綠绿藍蓝雙双獨独靈灵隊队係系範范鏈链鋰锂"
    "鈷钴鎳镍銅铜鋁铝礦矿燈灯煉炼爐炉煙烟糧粮飲饮館馆樓楼園园鄉乡鎮镇縣县島岛徑径橋桥艙舱車车輛辆輪轮"
    "齒齿醫医療疗劑剂檢检驗验腫肿護护飼饲豬猪雞鸡魚鱼鹽盐醬酱麵面麥麦飛飞絲丝紗纱織织紡纺飾饰寶宝鑽钻"
    "鑄铸鍛锻鎂镁鈦钛氫氢滌涤綸纶膠胶樹树紙纸漿浆櫃柜磚砖築筑圖图書书錄录簡简譯译讀读學学習习論论詞词"
    "彙汇擁拥擔担憂忧懷怀慮虑慶庆戰战遊游戶户掛挂掃扫搶抢擠挤攝摄敗败斷断暢畅曉晓槓杠棄弃檔档欄栏歐欧"
    "殼壳沒没澤泽濟济濱滨瀾澜為为煩烦熱热燒烧爭争爾尔狀状獎奖獻献異异疊叠眾众碼码礎础禍祸穀谷窮穷競竞"
    "筆笔籃篮粵粤糾纠納纳純纯紹绍終终組组結结絕绝給给絡络緣缘練练縱纵繪绘罰罚聞闻聽听脈脉膚肤臨临艱艰"
    "莊庄薦荐蘊蕴虛虚蝕蚀襲袭見见親亲覽览覺觉觸触訊讯訓训訪访訴诉診诊註注詢询詳详誌志誘诱誠诚誰谁課课"
    "談谈諾诺謀谋講讲識识譜谱讓让貢贡販贩貫贯貴贵賀贺賓宾賠赔賦赋賞赏賽赛贏赢趨趋躍跃軍军軌轨較较載载"
    "輔辅輕轻輝辉辦办這这連连遲迟鄰邻鈔钞鈴铃鉛铅鉅巨銘铭銳锐鋪铺錢钱錯错鍵键鎖锁鏡镜閃闪閉闭閱阅闆板"
    "闊阔陣阵陰阴隸隶隻只雖虽離离難难霧雾靜静響响頂顶順顺須须頒颁頓顿頻频顆颗飯饭駕驾駛驶驚惊鬆松魯鲁"
    "鮮鲜鴻鸿麗丽黨党龐庞齡龄闡阐澱淀"
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
