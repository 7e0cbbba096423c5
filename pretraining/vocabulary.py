"""The word lists the generator draws from, read from `lists.txt`: pairs of (English, Korean)."""

from pathlib import Path

Pair = tuple[tuple[str, ...], tuple[str, ...]]


def _read() -> dict[str, Pair]:
    lists: dict[str, Pair] = {}
    for section in Path(__file__).with_name("lists.txt").read_text("utf-8").split("## ")[1:]:
        name, english, korean = section.strip().split("\n")
        lists[name] = (_words(english), _words(korean))
    return lists


def _words(line: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(w.replace("_", " ") for w in line.split(": ", 1)[1].split()))


LISTS = _read()
NOUNS, ADJECTIVES = LISTS["NOUNS"], LISTS["ADJECTIVES"]
ATTRIBUTES, MATERIALS = LISTS["ATTRIBUTES"], LISTS["MATERIALS"]
ORG_TAILS, COMPANY_TAILS = LISTS["ORG_TAILS"], LISTS["COMPANY_TAILS"]
PLACE_TAILS, PRODUCT_TAILS = LISTS["PLACE_TAILS"], LISTS["PRODUCT_TAILS"]
LISTS["color"] = LISTS["COLORS"]
ENTITY_TAILS = {
    "org": ORG_TAILS,
    "company": COMPANY_TAILS,
    "place": PLACE_TAILS,
    "building": ORG_TAILS,
    "event": LISTS["EVENT_TAILS"],
    "festival": LISTS["EVENT_TAILS"],
    "team": LISTS["TEAM_TAILS"],
}
PHRASE_SLOTS = (
    "time date year price pct duration dist weight code floor room person person place company "
    "product color animal food drink job lang city country material big n n weekday plant sport "
    "title dept vehicle instrument"
).split()
NUMBER_WORDS = "two three four five six seven eight nine ten".split()

FAMILY_KO = tuple(
    "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모"
)
GIVEN_KO = tuple("민서지하준도예수현은유시주재승태연우진정영혜선미성경동상소나다라보가인원윤건")
GIVEN_KO_2 = tuple("준서우진윤호아린은영희수민정현빈원주연미경철훈석규리나라율솔별하늘람찬결")
GIVEN_EN = tuple(
    (
        "Anna Ben Clara David Emma Frank Grace Henry Irene Jack Kate Leo Maria Noah Olivia Paul Quinn Rosa Sam "
        "Tina Uma Victor Wendy Xavier Yara Zoe Alan Beth Carl Diana Eric Fiona George Hanna Ivan Julia Kevin "
        "Laura Mark Nina Oscar Peter Rachel Simon Tom Vera Walter Amy Brian Cora Daniel Ella Felix Gina Hugo Ida "
        "James Karen Louis Mina Nathan Otto Petra Ralph Sara Theo Ursula Vince Willa Minsu Jiho Sora Yuna Hana"
    ).split()
)
FAMILY_EN = tuple(
    (
        "Adams Baker Carter Dunn Ellis Foster Grant Harris Irwin Jones Keller Lewis Moore Nolan Owens Parker Reed "
        "Stone Turner Vance Walsh Young Bennett Chen Diaz Evans Fischer Garcia Hughes Ivers Jensen Kim Lee Park "
        "Morgan Novak Ortiz Patel Rossi Silva Tanaka Weber Yoon Choi Brown Clark Hill Marsh Cole Frost"
    ).split()
)
ONSETS = (
    "b br c ch cl d dr f fl g gr h j k kr l m n p pl pr qu r s sh sk sl st t th tr v w y z".split()
)
RIMES = "a al an ar as e el en er et i il in ir is o ol on or os u ul un ur us ai ea oo ex ix ond ell and art ino eta ora".split()
# Common syllables: invented words made of them teach the network to copy any name.
SYLLABLES_KO = tuple(
    "가각간갈감갑강개객갱거건걸검겁게겨격견결겸경계고곡곤골곰공과관광교구국군굴궁권귀규균그극근글금급기긴길김까깨꼬꽃꾸끼나낙난날남납낭내냉너널네녀년녕노논놀농누눈뉴늘니님다단달담답당대댁더덕던덤데도독돈돌동두둑둔드득든들등디딸때떡또뚜라락란람랑래량러럭런럼레려력련령례로록론롱료루류륙률르름릉리린림립마막만말맛망매맥머먹먼메면명모목몰못몽무묵문물미민밀바박반발밤밥방배백뱀버번벌범법벽변별병보복본볼봄봉부북분불붓비빈빙빛사삭산살삼상새색생서석선설섬성세소속손솔송쇠수숙순술숨숲쉬스슬습승시식신실심십쌀씨아악안알암압앙애액야약양어억언얼엄업에여역연열염엽영예오옥온올옷옹와완왕외요용우욱운울움웅원월위유육윤율은을음읍응의이익인일임입잎자작잔잠장재쟁저적전절점접정제조족존졸종좌주죽준줄중증지직진질집짜차착찬찰참창채책처척천철첨청체초촉촌총최추축춘출충취측층치칙친칠침카칸칼캐커컨컵케코콘콩쿠크큰클키타탁탄탈탐탑탕태택터털테토통투트특틀티파판팔패퍼페편평포폭표푸품풍프피필하학한할함합항해핵행향허험헌혁현혈형혜호혼홍화환활황회획효후훈휘흐흑흥희"
)
