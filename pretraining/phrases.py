"""Small patterns around facts, as pairs of (English, Korean)."""

LIST_SHAPES = (
    "{k}: {v}",
    "{k} = {v}",
    "{k} - {v}",
    "{k} → {v}",
    "- {k}: {v}",
    "{k} is {v}.",
    "{k} | {v}",
)
LIST_QUESTIONS = (
    ("{k}?", "What is {k}?", "What is the {k}?", "Tell me {k}.", "The value of {k}?", "{k}", "And {k}?", "Which value has {k}?"),
    ("{k}?", "{k}은/는?", "{k}은/는 무엇인가요?", "{k} 알려 주세요.", "{k}의 값은?", "{k}", "{k}이/가 뭐예요?", "{k}을/를 알려 줘."),
)  # fmt: skip
ASIDES = (
    ("now", "please", "then", "today", "again", "exactly", "in short", "if you can", "for me", "my friend", "as listed above"),
    ("지금", "좀", "그럼", "오늘", "다시", "정확히", "간단히", "가능하면", "저에게", "위 글에서", "빨리"),
)  # fmt: skip
"""Said before or after a question; they move the key away from the answer."""
REACHES = (
    (
        "{k}?", "{k}", "{k} is?", "{k} equals?", "{k} is what?", "{k} equals what?", "{k} has which value?", "{k} is set to what?",
        "What does {k} say?", "What does {k} stand for?", "What is {k} set to?", "What stands next to {k}?", "How is {k} given here?",
        "What is written for {k}?", "What is written for {k} in the list?", "For {k}, which value is given?", "Where it says {k}, what follows?",
        "Can you tell me what {k} is?", "Is {k} known, and what is it?", "I would like to know {k} if I may.", "{k}: which value goes with it?",
        "Please look up {k} for me in the text.", "Next to {k} there is a value; which one?", "Of all things, {k} interests me. What is it?",
    ),
    (
        "{k}?", "{k}", "{k}은/는?", "{k}은/는요?", "{k}의 값?", "{k}의 값은?", "{k} 뭐야?", "{k} 뭐예요?", "{k}이/가 뭐야?", "{k}이/가 뭐죠?",
        "{k}은/는 뭔가요?", "{k}은/는 무엇?", "{k} 알려 줘", "{k} 알려 줘.", "{k} 말해 줘요.", "{k}의 값을 말해 줘.", "{k}을/를 알려 줄래?",
        "{k} 값이 뭔지 알려 줘.", "{k}은/는 무엇입니까?", "{k}은/는 어떻게 되나요?", "{k} 옆에 뭐라고 적혀 있나요?", "{k}에 해당하는 값을 알려 주세요.",
        "{k}이/가 무엇인지 목록에서 찾아 주세요.", "{k}은/는 글에 무엇이라고 나와 있습니까?", "목록에서 {k}을/를 찾아 주실 수 있나요?",
    ),
)  # fmt: skip
"""Questions with the key ever further from the end: finding it there is what is to be learnt."""
BRIDGES = (
    (
        "{k}: {v}", "{k} is {v}.", "The {k} is {v}.", "{k} is now {v}.", "{k} was set to {v}.", "The {k} here is {v}.",
        "The {k} there is now {v}.", "{k} was changed to {v}.", "The {k} of {x} is {v}.", "The {k} at {x} is {v}.",
        "{k}, by the way, is {v}.", "{k} has since been {v}.", "The {k} of {x} was set to {v}.", "The {k} of {x} has always been {v}.",
        "The {k} at {x} was changed to {v} today.", "For {k}, {x} chose {v}.", "When it comes to {k}, it is {v}.", "As to {k}, people at {x} say {v}.",
        "{v} is the {k}.", "{v} is {k}.", "{v} is the {k} of {x}.", "They chose {v} as the {k}.", "{v} was chosen as {k}.", "{v} serves as {k} at {x}.",
        "We heard that the {k} is {v}.", "On the last page, the {k} of {x} is {v}.", "{x} has {v} as its {k}.", "At {x}, the {k} became {v}.",
    ),
    (
        "{k}: {v}", "{k}은/는 {v}.", "{k} 값은 {v}.", "{k}은/는 지금 {v}.", "{k}의 경우는 {v}.", "{k}은/는 올해부터 {v}.", "{k} 항목에는 {v}.",
        "{k} 옆에는 {v}.", "{x}의 {k}은/는 {v}.", "{x}에서 {k}은/는 {v}.", "{k}은/는 알려진 대로 {v}.", "{k}은/는 회의에서 정한 대로 {v}.",
        "{k}은/는, 직원 말로는, {v}.", "{k}은/는 {x}에서 {v}.", "{k}이/가 바뀌어 이제 {v}.", "{k}을/를 물으면 답은 {v}.", "{v}이/가 {k}입니다.",
        "{v}, 이것이 {k}.", "{v}은/는 {x}의 {k}.", "{v}을/를 {k} 자리에 두었다.", "{k} 자리에는 {x}의 결정으로 {v}.", "{x} 안내문에 {k}은/는 {v}.",
    ),
)  # fmt: skip
"""Statements with the key ever further from its value, or behind it."""
FILLERS = (
    (
        "Many people ask about it.", "More news will follow soon.", "Everyone seemed content.", "The rest is still open.",
        "Questions are welcome.", "The weather was pleasant.", "This page is updated often.", "Nothing else has changed.",
        "Thank you for your patience.", "It was a good year.", "The details are on the wall.", "Please read carefully.",
    ),
    (
        "많은 분이 물어보십니다.", "곧 새로운 소식을 알려 드리겠습니다.", "모두 만족했다.", "나머지는 아직 정해지지 않았다.",
        "언제든지 물어보세요.", "날씨가 좋았다.", "이 글은 자주 바뀝니다.", "다른 것은 그대로입니다.", "기다려 주셔서 고맙습니다.",
        "보람찬 한 해였어요.", "자세한 내용은 게시판에 있습니다.", "꼼꼼히 읽어 주세요.",
    ),
)  # fmt: skip
INTRODUCTIONS = (
    ("This is about {e}.", "{e}.", "Notes on {e}:", "[{e}]", "# {e}"),
    ("{e} 안내입니다.", "{e}에 대한 글이다.", "[{e}]", "{e}.", "# {e}"),
)
OTHERWISE = (
    ("For {e}, {q}", "{e}: {q}", "About {e}: {q}", "In the case of {e}, {q}"),
    ("{e}의 경우, {q}", "{e}: {q}", "{e}에 대해, {q}", "{e}에서는 {q}"),
)
