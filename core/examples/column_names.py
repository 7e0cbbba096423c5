"""What columns of examples are called, in Korean and English, the most telling names first."""

from collections.abc import Iterable, Sequence

from core.example_set import Split
from core.examples.chats import key

QUESTION = (
    *("question", "질문", "문의", "prompt", "프롬프트", "instruction", "지시", "지시문", "문제"),
    *("query", "질의", "questions", "input", "입력", "입력문", "sentence", "문장", "text"),
    *("텍스트", "글", "review", "리뷰", "영화평", "평", "document", "문서", "본문", "content"),
    *("contents", "내용", "utterance", "발화", "source", "원문", "message", "메시지", "q"),
)
ANSWER = (
    *("answer", "답변", "completion", "output", "출력", "response", "응답", "정답", "답"),
    *("answers", "모범답안", "모범 답안", "chosen", "target", "label", "레이블", "라벨"),
    *("labels", "감정", "감성", "sentiment", "emotion", "class", "클래스", "category"),
    *("카테고리", "분류", "극성", "expected", "기대", "reply", "결과", "translation", "번역"),
    *("번역문", "summary", "요약", "요약문", "a"),
)
TAGS = ("tags", "tag", "태그", "꼬리표", "keywords", "키워드")
SPLIT = ("split", "구분", "분할", "side", "데이터구분", "데이터 구분", "용도")
ALPACA = ("instruction", "input")
"""The second belongs to the first."""

_SIDES: dict[str, Split] = {
    **dict.fromkeys(("train", "training", "learn", "학습", "훈련", "연습"), "train"),
    **dict.fromkeys(("test", "testing", "eval", "evaluation", "valid", "validation"), "test"),
    **dict.fromkeys(("val", "dev", "시험", "평가", "검증", "테스트"), "test"),
}


def side_of(text: str) -> Split | None:
    """The side that a cell names; None when it names none."""
    said = key(text)
    return _SIDES.get(said) or _SIDES.get(said.removesuffix("용"))


def named(columns: Iterable[str], names: Sequence[str]) -> str:
    """The column that goes by the most telling of these names; empty when none does."""
    there = {_plain(column): column for column in columns}
    return next((there[name] for name in names if name in there), "")


def named_within(columns: Iterable[str], names: Sequence[str]) -> str:
    """Likewise, also where the name is a part: `Question text`, 문의내용."""
    there = {_plain(column): column for column in columns}
    for name in names:
        whole = [said for said in there if said == name]
        if found := whole or [said for said in there if len(name) > 1 and _holds(said, name)]:
            return there[found[0]]
    return ""


def _plain(column: str) -> str:
    return key(column).replace("_", " ").replace("-", " ")


def _holds(said: str, name: str) -> bool:
    # Korean glues words together; an English word inside another one is another word.
    return name in said.split() or (name >= "가" and (said.startswith(name) or said.endswith(name)))


def both_known(columns: Sequence[str]) -> bool:
    """Whether the names alone tell who asks and who answers."""
    question = named(columns, QUESTION)
    return bool(question) and bool(named((c for c in columns if c != question), ANSWER))
