"""Sentences that claim nothing: refusals, greetings, headings, questions back, advice to ask."""

import re
import unicodedata

from core.retrieval.claims import claim_of, numbers_in

_PAPERS = (
    "문서|자료|구절|본문|지문|발췌문|예제|텍스트|컨텍스트|출처|자료집|규정|내용|정보|글|근거|여기"
)
_REFUSES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:{_PAPERS})(?:들)?(?:에|에서|에는|에서는|만으로는|으로는|로는|상으로는|상|내에|중에)(?:서)?"
        r"(?:는|도)? [^.!?\n]{0,60}(?:나와 ?있지|나오지|언급|포함|명시|기재|적혀 ?있지|제공되|다루"
        r"|찾(?:을|지)|확인|알 수|답|정보|내용|설명|있지|서술|기술되|제시)[^.!?\n]{0,30}"
        r"(?:없|않|못|어렵|어려)[^.!?\n]{0,8}[.!\s]*$",
        rf"(?:{_PAPERS})(?:들)?(?:에|에는|에서는) (?:전혀 |아예 )?없"
        r"(?:습니다|어요|다|네요|음)[.!\s]*$",
        r"(?:정보|언급|답|답변|근거|설명|구절|내용|기록)(?:이|가|은|는|도)? "
        r"(?:전혀 |따로 |별도로 )?"
        r"(?:없습니다|없어요|없네요|없다|없음|없으므로|없어 |나와 있지 않|포함되어 있지 않)",
        r"(?:답|답변|정보|내용|근거)(?:을|를)? ?(?:전혀 )?(?:찾을 수 없|찾지 못|확인할 수 없"
        r"|제공할 수 없|드릴 수 없|하기 어렵|드리기 어렵)",
        r"(?:모르겠(?:습니다|어요|네요)"
        r"|(?:알|답변할|답할|대답할|확인할) 수(?:는|가)? 없(?:습니다|어요|다|음))"
        r"[.!\s]*$",
        r"\b(?:passages?|documents?|context|texts?|sources?|materials?|excerpts?|references?"
        r"|information|examples?|they|it|i was given)\b[^.!?\n]{0,40}?"
        r"\b(?:do|does|did)(?:n['’]t| not) (?:\w+ly |actually )?(?:contain|mention|say|include"
        r"|provide|state|specify|answer|address|cover|indicate|discuss|describe|tell|explain)",
        r"\b(?:not|n['’]t|never) (?:\w+ly )?(?:mentioned|stated|found|given|specified|provided"
        r"|contained|included|covered|available|addressed|answered|in)\b[^.!?\n]{0,30}"
        r"\b(?:passages?|documents?|context|texts?|sources?|materials?|excerpts?|references?)\b",
        r"\b(?:there is|contains?|has|have|find|found|was given|given|is) (?:no|nothing|neither)\b"
        r"[^.!?\n]{0,20}\b(?:information|mention|answers?|details?|passages?|extract|relevant|data)",
        r"\bI (?:do not|don['’]t|cannot|can['’]t|could not|couldn['’]t|am unable to|was unable to"
        r"|am not able to) (?:know|find|answer|determine|tell|say|see|provide)",
        r"\b(?:cannot|can['’]t|could not) be (?:determined|answered|found|inferred)",
        r"\bnothing (?:relevant|about|on|in)\b[^.!?\n]{0,60}\b(?:found|documents?|passages?)",
        r"\bunable to (?:find|answer|determine)",
    )
)
_REPORTED = re.compile(r"없다고|않는다고|않다고|못한다고")
_NO_CLAIM = re.compile(
    r"\A\W*(?:안녕\S*|감사\S*|네|예|아니\S*|물론\S*|좋\S* 질문\S*|hello|hi|hey|thanks?(?: you)?"
    r"|sure|of course|certainly|yes|no|sorry|good question|죄송\S*)(?:[\s,!.]+\S{1,12}){0,2}\W*\Z",
    re.IGNORECASE,
)
_COURTESY = re.compile(
    r"(?:도움이 (?:되|필요)|궁금한 (?:점|것|사항)|더 필요|문의해|문의하|말씀해|알려 ?주세요"
    r"|바랍니다|넣어 주|확인해 (?:주|보)|let me know|hope (?:this|that) helps|feel free"
    r"|please (?:contact|ask|check|consult|refer)|contact (?:the|your)"
    r"|(?:you )?may want to|give this column"
    r"|model was not asked|모델에게 묻지 않)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"도움이 되|궁금한 (?:점|것|사항)|let me know|hope (?:this|that) helps|feel free to",
    re.IGNORECASE,
)


def refuses(sentence: str) -> bool:
    """Whether it says that the passages do not hold the answer."""
    plain = " ".join(unicodedata.normalize("NFKC", sentence).split()).rstrip(" *_\"')]")
    return not _REPORTED.search(plain) and any(p.search(plain) for p in _REFUSES)


def claims_nothing(sentence: str) -> bool:
    """Greetings, headings, questions back, `as follows:` and other sentences without content."""
    plain = " ".join(sentence.split())
    if plain.startswith(("#", "```", "~~~")) or plain.endswith(("?", "？")):
        return True
    if _NO_CLAIM.match(plain[:80]) or _CLOSING.search(plain):
        return True
    if plain.endswith(":") and not numbers_in(plain):
        return True
    claim = claim_of(sentence)
    return not claim.numbers and not claim.terms


def is_courtesy(sentence: str) -> bool:
    """Advice to ask somebody else, as it follows a refusal."""
    return _COURTESY.search(sentence) is not None and not numbers_in(sentence)
