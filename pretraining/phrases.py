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
