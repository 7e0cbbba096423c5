"""Signs that a text gives a model orders instead of telling a reader something. Patterns, no model.

A heuristic: it finds the known phrasings in Korean and English and hidden characters. It misses
new ones, and a document about such attacks is flagged as well. A flag is shown, nothing is removed.
"""

import re
import unicodedata

CODES = (
    "ignore_instructions",
    "role_marker",
    "reveal_prompt",
    "exfiltrate",
    "hidden_text",
    "act_as",
    "tool_call",
)

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e0fff]"
)
_FLAG_PICTURE = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f")
"""Flags of Scotland and the like, which are written with tag characters."""
_HIDDEN = re.compile(
    "[\u200b-\u200d\u2060-\u2064\ufeff\u180e]{3}"
    "|[\U000e0000-\U000e007f]|[\U000e0100-\U000e01ef]{3}|[\ufe00-\ufe0f]{3}|[\u202d\u202e]"
)
_BIDI = re.compile("[\u202a-\u202c\u2066-\u2069]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")

_NEGATED = re.compile(
    r"(?:\b(?:not|never|n't|cannot|avoid|without|who|that|which|they|employees|users|people"
    r"|staff|attackers?|may|might|if you|when you)\b|n['’]t) ?(?:\w+ )?$",
    re.IGNORECASE,
)
"""In front of words that then report or forbid rather than order."""

_ROLE = r"(?:AI|assistant|chat ?bot|bot|language model|model|LLM|DAN|hacker|pirate|expert|persona)"
_ORDERS: tuple[tuple[str, str], ...] = (
    (
        "ignore_instructions",
        r"\b(?:ignore|disregard|forget|override|bypass)(?: (?:all|any|every|each|of|the|your|my"
        r"|these|those|and)){0,4} (?:previous|prior|above|earlier|preceding|foregoing|existing"
        r"|original|initial|system|your)(?: (?:and|or|\w+)){0,3}? (?:instructions?|prompts?|rules"
        r"|directions|directives|guidelines|messages|context|commands|orders|training)\b",
    ),
    (
        "ignore_instructions",
        r"\b(?:ignore|disregard|forget) (?:all|any|your)(?: of)?(?: the| your| other)? "
        r"(?:instructions|prompts|directives|guidelines|commands)\b",
    ),
    (
        "ignore_instructions",
        r"\b(?:ignore|disregard|forget) (?:everything|all(?: text)?|anything)(?: that)?"
        r" (?:above|before|prior|you (?:were|have been|'ve been|know))\b",
    ),
    (
        "reveal_prompt",
        r"\b(?:reveal|show|print|output|repeat|display|leak|tell|give|write|return|share)\b"
        r"[^.\n]{0,40}\b(?:your|the|its|full|entire) (?:\w+ )?(?:system|hidden|developer|initial"
        r"|secret) prompt\b",
    ),
    (
        "reveal_prompt",
        r"\b(?:reveal|show|print|output|repeat|display|leak|tell|give|write|return|share)\b"
        r"[^.\n]{0,40}\byour (?:system|hidden|initial|original|secret|developer|internal) "
        r"(?:instructions?|rules|message)\b",
    ),
    ("reveal_prompt", r"\brepeat (?:all )?(?:of )?the (?:words|text|instructions) above\b"),
    (
        "exfiltrate",
        r"\b(?:send|post|upload|forward|transmit|leak|exfiltrate|append|encode)\b[^.\n]{0,60}"
        r"\b(?:conversation|chat history|chat|prompts?|api keys?|secrets?|user'?s "
        r"(?:question|message|data|input)|previous messages|everything)\b[^\n]{0,60}"
        r"\b(?:to|at|in|into)\b[^\n]{0,20}https?://",
    ),
    (
        "act_as",
        rf"\byou are now (?:an? |the )?(?:[\w-]+ ){{0,3}}?{_ROLE}\b"
        r"|\byou are now (?:unrestricted|jailbroken|free of|free from|no longer)\b",
    ),
    (
        "act_as",
        r"\bfrom now on,? you (?:are an? |are the |will (?:act|respond|answer|pretend|only|always)"
        r"|must (?:act|respond|answer|only|always)|should (?:act|respond|answer))\b",
    ),
    (
        "act_as",
        rf"(?:^|[.!?:,] |\bplease |\bmust |\bnow )(?:act|behave|respond|roleplay) (?:as|like)"
        rf" (?:if you (?:are|were) )?(?:an? |the )?(?:[\w-]+ ){{0,3}}?{_ROLE}\b",
    ),
    (
        "act_as",
        r"(?:^|[.!?:] |\bplease |\bmust |\bnow )pretend (?:you are|you're|to be|that you)\b",
    ),
)
"""English orders; not where they are forbidden or reported."""

_LATER = r"(?![^.\n]{0,30}(?:경우|때에|때는|자는|않|마십|마시|마세|말 것|안 된|안 됩))"
_FOUND: tuple[tuple[str, str], ...] = (
    (
        "ignore_instructions",
        r"(?:이전|앞선|앞의|위의|위|앞서 (?:받은|준|말한)|기존|지금까지의?|상기|원래|종전"
        r"|너의|당신의|모든 이전|시스템)[^.\n]{0,12}?"
        r"(?:지시|지침|명령|프롬프트|규칙|설정|대화)(?:사항|문|들)?"
        r"(?:을|를|은|는|도)? ?(?:모두|전부|다|완전히|무조건)? ?(?:무시|잊|따르지 말|버리)"
        r"(?:하고|하세요|하십시오|하시오|하라|해라|해줘|해 주|하며|해(?=[ .,!]|$)|어라|어 주|어줘"
        r"|으세요|으십|고(?=[ ,])|어버려|어(?=[ .,!]|$)|고서)" + _LATER,
    ),
    (
        "ignore_instructions",
        r"(?:모든|다른) (?:지시|명령|프롬프트)(?:사항|문|들)?(?:을|를|은|는)? ?"
        r"(?:모두|전부|다)? ?"
        r"(?:무시(?:하세요|하십시오|하시오|하라|해라|해줘|하고|해(?=[ .,!]|$))"
        r"|잊(?:어|으세요|으십시오))" + _LATER,
    ),
    (
        "reveal_prompt",
        r"(?:시스템|숨겨진|숨은|초기|내부|개발자) ?프롬프트[^.\n]{0,24}"
        r"(?:출력|공개|보여|알려|말해|표시|드러내|반복|노출|복사|써)(?!하지|되지|하는|되는|되어|할|될|하면|주지|주는|한)",
    ),
    (
        "reveal_prompt",
        r"(?:너의|네가 받은|당신의|당신이 받은) (?:숨겨진 |내부 |원래 )?"
        r"(?:지시|지침|명령|프롬프트|설정)[^.\n]{0,12}"
        r"(?:출력|공개|보여|알려|말해|반복)(?!하지|되지|주지|하는)",
    ),
    (
        "exfiltrate",
        r"(?:대화|프롬프트|API ?키|채팅)[^.\n]{0,40}https?://[^ \n]{1,300}[^\n]{0,20}?"
        r"(?:전송|보내|업로드|전달|덧붙)(?!지)",
    ),
    (
        "exfiltrate",
        r"!\[[^\]\n]{0,200}\]\( ?<?https?://[^)\s]{1,300}?[?&](?:[\w-]{0,20}=[^)\s]{0,80}?[{\[<$]"
        r"|(?:data|q|text|prompt|msg|message|history|conversation|chat|secret|token|key|leak"
        r"|content|context|info|answer|question|summary|password|payload|exfil)=)",
    ),
    (
        "exfiltrate",
        r"(?<!!)\[[^\]\n]{0,200}\]\( ?<?https?://[^)\s]{1,300}?[?&]"
        r"(?:[\w-]{0,20}=[^)\s]{0,80}?[{<$]"
        r"|(?:data|prompt|history|conversation|chat|secret|leak|context|password|payload|exfil)=)",
    ),
    (
        "act_as",
        r"(?:너는|넌|네가) ?(?:이제|지금) ?부터|(?:이제|지금) ?부터,? (?:너는|넌|네가)"
        r"|(?:당신은 (?:이제|지금) ?부터|(?:이제|지금) ?부터,? 당신은)[^.\n]{0,40}"
        r"(?:AI|인공지능|비서|챗봇|봇|모델|해커|해적|역할|행동|답|대답|말하|처럼|따라야)",
    ),
    (
        "act_as",
        r"(?:인 ?척|것처럼|처럼|으로서|로서) ?(?:행동|대답|답변|답|말|연기)(?:해라|하라|해줘|해 줘"
        r"|해(?=[.!]|$))",
    ),
    (
        "role_marker",
        r"<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id"
        r"|end_header_id|begin_of_text|end)\|>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>"
        r"|</?(?:system|assistant)>|<｜(?:User|Assistant)｜>",
    ),
    ("role_marker", r"^ ?#{2,4} ?(?:instruction|response|system|system prompt) ?:"),
    (
        "role_marker",
        r"^[ \[(*>#]{0,6}(?:system|assistant|developer|시스템)(?: ?(?:prompt|message|override|note"
        r"|프롬프트|메시지))?[\])*]{0,3} ?:[^\n]{0,120}?(?:\byou\b|\byour\b|\bignore\b"
        r"|\binstructions?\b|\breply\b|\brespond\b|\banswer\b|너는|당신은|답하|답변|대답|지시|무시|출력)",
    ),
    (
        "tool_call",
        r"</?(?:tool_call|tool_use|function_calls?|invoke|antml:\w+)\b|<\|(?:tool|python_tag)"
        r"|\[TOOL_CALLS\]|```tool_(?:code|call)|\"(?:function_call|tool_calls?)\" ?:"
        r"|\"name\" ?: ?\"[^\"\n]{1,80}\" ?, ?\"arguments\" ?: ?[{\"]",
    ),
)
"""Korean orders, and signs that no reader needs."""

_FLAGS = re.IGNORECASE | re.MULTILINE
_ENGLISH = tuple((code, re.compile(pattern, _FLAGS)) for code, pattern in _ORDERS)
_ANYWHERE = tuple((code, re.compile(pattern, _FLAGS)) for code, pattern in _FOUND)


def injection_flags(text: str) -> tuple[str, ...]:
    """Codes of the signs found, each once, in the order of `CODES`."""
    plain = _plain(text)
    found = {code for code, pattern in _ANYWHERE if pattern.search(plain)}
    for code, pattern in _ENGLISH:
        if code not in found and any(_orders(plain, m) for m in pattern.finditer(plain)):
            found.add(code)
    if _hides(text):
        found.add("hidden_text")
    return tuple(code for code in CODES if code in found)


def _orders(plain: str, match: re.Match[str]) -> bool:
    line = plain.rfind("\n", 0, match.start()) + 1
    return not _NEGATED.search(plain[max(line, match.start() - 30) : match.start()])


def _plain(text: str) -> str:
    """Without hidden characters and in ordinary letters, as a model reads through both."""
    visible = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    return "\n".join(" ".join(line.split()) for line in visible.splitlines())


def _hides(text: str) -> bool:
    if text.isascii():
        return False
    text = _FLAG_PICTURE.sub("", text)
    if _HIDDEN.search(text):
        return True
    return bool(_BIDI.search(text)) and not _RIGHT_TO_LEFT.search(text)
