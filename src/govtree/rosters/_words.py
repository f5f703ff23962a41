"""Words that the columns of a roster go by, in the languages of the field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from attrs import frozen

from govtree._names import normal
from govtree.facts import Facts
from govtree.rosters._levels import above_communities
from govtree.units import TERRITORY, Term

__all__ = ["Claim", "Words", "forms", "is_about_persons"]

# Words as people head a column, without blanks and signs. A name, number or code is told by
# what stands around a word: see `_AROUND`.
_WORDS = {
    "community": """社区 村居 居村 村社区 村 行政村 居委会 社区居委会 社居委 居民委员会 村委会
        community neighborhood neighbourhood residentscommittee 町内会 自治会""",
    "branch": """党支部 支部 党组织 基层党组织 branch partybranch""",
    "group": """党小组 小组 楼组 居民小组 村民小组 邻里组 group partygroup residentsgroup
        buildinggroup 班 組 隣組""",
    "household": """户 房号 室 室号 房间 房间号 房屋 门牌 门牌号 门号 住户 household flat
        apartment apt door room unit house dwelling rumah norumah nomorrumah 部屋 部屋番号 号室
        世帯""",
    "compound": """小区 住宅小区 居民小区 院落 小区院落 楼盘 compound estate housingestate
        residentialcompound perumahan kompleks 団地""",
    "grid": """网格 基础网格 综合网格 grid""",
    "micro_grid": """微网格 微格 microgrid""",
    "building": """楼栋 栋 幢 楼 座 栋号 幢号 楼号 楼宇 楼幢 building bldg block tower gedung blok
        棟 建物""",
    "entrance": """单元 单元门 门洞 entrance stairwell stair staircase 階段""",
    "household.id": """户编号 户代码 户编码 户id 住户编号 住户代码 住户id 房屋编号 房屋编码 房屋代码
        householdid householdcode""",
    "household.residents": """人数 人口 人口数 常住人口 常住人数 居住人数 实住人数 实有人数 家庭人数
        总人数 总人口 共有人数 人口共有 人数合计 家庭人口 户内人数 同住人数 residents people persons
        population occupants numberofresidents numberofpeople jumlahjiwa jumlahanggota
        jumlahpenghuni jiwa penghuni 世帯人数 世帯員数""",
    "household.occupancy": """居住类型 居住性质 居住状态 居住情况 房屋性质 房屋状态 房屋使用情况
        住房性质 入住情况 occupancy tenure occupancystatus statushunian""",
    "household.address": """地址 住址 详细地址 房屋地址 家庭地址 家庭住址 居住地址 address
        postaladdress alamat 住所""",
    "compound.type": """小区类型 小区性质 小区类别 compoundtype estatetype""",
}
#: Of the level above the communities, whatever it is called.
_ABOVE_COMMUNITIES = """街道 镇 乡 乡镇 镇街 街镇 街道镇 镇街道 街道乡镇 乡镇街道 街道办 街道办事处
    subdistrict subdistrictoffice streetoffice town township kecamatan"""

#: Tags where a profile leaves the words open.
_TAGS = {
    "living_alone": "独居 livingalone",
    "empty_nest": "空巢 emptynest",
    "left_behind": "留守 leftbehind",
    "disabled": "残疾 disabled",
    "minimum_living": "低保 minimumliving",
}

#: What numbers the households, and names them where nothing else does.
_NUMBERS = ("户号", "住户号", "户序号")

# What stands around a word and changes nothing; what makes a number or code of it.
_BEFORE = ("所属", "所在", "归属", "隶属", "管辖", "责任", "nama", "no", "nomor")
_BEHIND = ("名称", "名", "号", "号码", "name", "no", "number", "num", "nr", "番号")
_CODE = ("编号", "编码", "代码", "序号", "id", "code")
_BEHIND_TAG = ("户", "家庭", "老人", "老年人", "人员", "人数", "人", "数", "标识", "情况")

_BRACKETS = re.compile(r"[(\[{【「《<].*?[)\]}】」》>]")
_SIGNS = re.compile(r"[\W_]+")

# What heads a count, whomever it counts.
_COUNT = re.compile("(?:人数|户数|数|数量|人次|个数)$")
# What heads a column that is about persons. Chinese words count wherever they stand.
_PERSONS = re.compile(
    "姓名|户主|户名|电话|手机|联系方式|联系人|身份证|证件|证号|残疾证|护照|车牌|政治面貌|负责人|微信|邮箱|出生|生日|年龄|性别"
    "|民族|名单|住户名称|业主|房主|房东|租客|租户|产权人|承租人|配偶|子女|监护人|党员|书记|委员"
    "|[楼栋组格元户]长|网格员|主任|银行|账号|户籍|家庭成员|qq|氏名|世帯主|電話"
)
_PERSON_WORDS = (
    "name names surname firstname lastname fullname phone telephone tel mobile cell cellphone "
    "contact email mail passport birth birthday birthdate dob age gender sex head householder "
    "owner owners tenant tenants landlord holder person secretary leader idcard nik nama telepon "
    "hp ktp kepala pemilik lahir"
)
# What would be taken for a household, if that were looked for first.
_NO_HOUSEHOLDS = (
    "householdname", "householdhead", "headofhousehold", "nokk", "户名", "住户名", "住户名称",
)  # fmt: skip


@frozen(order=True)
class Claim:
    """What a header may stand for.

    Attributes:
        rank: How sure that is: 0 for a word itself, 1 with something around it that changes
            nothing, 2 for a number or code. Of the number of a household, 0 as well.
        field: ``grid``, ``household.residents`` and the like.
        otherwise: What a number or code stands for where another column has the name.
    """

    rank: int
    field: str
    otherwise: str = ""


def forms(header: str) -> Iterator[str]:
    """Yield a header in normal form, then without the texts of the rows above it.

    What stands in brackets is left out: a unit, as a rule.

    >>> list(forms("人口 人数（人）")), list(forms("Flat No."))
    (['人口人数', '人数'], ['flatno', 'no'])
    """
    parts = header.split()
    for first in range(len(parts)):
        form = normal("".join(parts[first:]))
        bare = _SIGNS.sub("", _BRACKETS.sub("", form)) or _SIGNS.sub("", form)
        if bare:
            yield bare


def is_about_persons(header: str) -> bool:
    """Return whether a column is headed as one of names, numbers or other facts of persons.

    >>> [is_about_persons(header) for header in ("户主姓名", "Owner's name", "党员数")]
    [True, True, False]
    """
    whole = next(forms(header), "")
    words = set(_SIGNS.sub(" ", header.casefold()).split())
    return (
        whole in _NO_HOUSEHOLDS
        or (_PERSONS.search(whole) is not None and _COUNT.search(whole) is None)
        or not words.isdisjoint(_PERSON_WORDS.split())
    )


class Words:
    """What the headers of columns stand for in a structure of certain levels and words.

    >>> words = Words(Facts())
    >>> words.claim("所属网格"), words.claim("人口 人数（人）"), words.claim("备注")
    (Claim(rank=1, field='grid', otherwise=''), Claim(rank=0, field='household.residents', otherwise=''), None)
    """  # noqa: E501 - what is shown is one line

    def __init__(self, facts: Facts) -> None:
        tables = {level.table for level in facts.levels}
        self._tables = tables
        self._fields: dict[str, str] = {}
        for field, words in _WORDS.items():
            table = field.partition(".")[0]
            if table in tables or table in TERRITORY:
                self._fields |= dict.fromkeys(words.split(), field)
        for table in (*TERRITORY, *tables):
            self._add(facts.terms(f"{table}_kind"), table, own=False)
        above = above_communities(facts)
        if above:
            self._fields |= dict.fromkeys(_ABOVE_COMMUNITIES.split(), above)
        for level in facts.levels:
            self._name([level.level, *(text for _, text in level.label)], level.table)
        self._tags: dict[str, str] = {}
        if "household" in tables:
            self._name_tags(facts)

    def claim(self, header: str) -> Claim | None:
        """Return what a header stands for; None where its words tell nothing."""
        of_persons = is_about_persons(header)
        for place, form in enumerate(forms(header)):
            # A person, not the unit that the person is of: 户名 is no 户, and so for the words
            # behind those of a person, such as head of household.
            if form in _NO_HOUSEHOLDS or (of_persons and place and form.isascii()):
                return None
            found = self._claim(form)
            if found is not None:
                return found
        return None

    def _claim(self, form: str) -> Claim | None:
        if form in _NUMBERS and "household" in self._tables:
            return Claim(0, "household", "household.code")
        if form in self._fields:
            return Claim(0, self._fields[form])
        if form in self._tags:
            return Claim(0, f"household.tags.{self._tags[form]}")
        bare = _without(form, _BEFORE, ())
        for rank, behind in ((1, ("",)), (1, _BEHIND), (2, _CODE)):
            for end in behind:
                word = bare.removesuffix(end) if bare.endswith(end) else ""
                field = self._fields.get(word, "")
                if field and "." not in field:
                    return Claim(rank, field, f"{field}.code" if rank == 2 else "")
        tag = self._tags.get(_without(form, (), _BEHIND_TAG), "")
        return Claim(1, f"household.tags.{tag}") if tag else None

    def _add(self, terms: Iterable[Term], field: str, *, own: bool = True) -> None:
        for term in terms:
            labels = [*term.aliases, *(text for _, text in term.label)]
            self._name([term.term, *labels] if own else labels, field)

    def _name(self, words: Iterable[str], field: str) -> None:
        self._fields |= {form: field for word in words for form in _whole(word)}

    def _name_tags(self, facts: Facts) -> None:
        terms = facts.vocabularies.get("tag", ())
        if not terms:
            self._tags = {word: tag for tag, words in _TAGS.items() for word in words.split()}
        for term in terms:
            for word in (term.term, *term.aliases, *(text for _, text in term.label)):
                self._tags |= dict.fromkeys(_whole(word), term.term)


def _whole(word: str) -> list[str]:
    return list(forms(word))[:1]


def _without(form: str, before: Iterable[str], behind: Iterable[str]) -> str:
    for each in before:
        if form.startswith(each) and form != each:
            form = form.removeprefix(each)
            break
    for each in behind:
        if form.endswith(each) and form != each:
            return form.removesuffix(each)
    return form
