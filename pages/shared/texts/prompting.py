"""Examples, templates, JSON answers and sharing on the compare page."""

TEXTS = {
    "technique_template": ("템플릿", "template"),
    "technique_schema": ("JSON 출력", "JSON output"),
    "field_template": ("프롬프트 템플릿", "Prompt template"),
    "field_template_help": (
        "프롬프트 페이지에서 만든 템플릿입니다. 시스템 프롬프트와 질문의 틀을 정합니다.",
        "Made on the Prompts page. It gives the system prompt and the form of the question.",
    ),
    "field_template_version": ("버전", "Version"),
    "version_newest": ("최신", "newest"),
    "template_none": ("사용 안 함", "none"),
    "field_schema": ("답변의 JSON Schema", "JSON Schema of the answer"),
    "field_schema_help": (
        "이 형식의 JSON으로 답하게 하고, 답이 맞는지 검사합니다. 비우면 자유로운 글로 답합니다.",
        "The answer is asked for as JSON of this form, and checked. Empty asks for free text.",
    ),
    "field_set": ("예제집", "Example set"),
    "field_set_help": (
        "고르면 질문 앞에 예제를 보여 줍니다. 학습용으로 나뉜 예제만 씁니다.",
        "Its examples are shown before the question. Only its training side is used.",
    ),
    "set_none": ("사용 안 함 (아래에 직접 쓰기)", "none (or write below)"),
    "field_k": ("예제 수(k)", "Examples (k)"),
    "field_k_help": (
        "예제마다 토큰이 듭니다. 0개인 열과 비교해 보세요.",
        "Each example costs tokens. Compare with a column without any.",
    ),
    "field_choose": ("고르는 방법", "How they are chosen"),
    "field_choose_help": (
        "고정: 예제집의 처음 것부터. 무작위: 시드로 정해지는 같은 예제. 비슷한 것: 질문과 가장 "
        "비슷한 예제. 라벨별: 답(라벨)마다 돌아가며 가장 비슷한 예제. 예산: 토큰 예산 안에서 "
        "비슷한 것부터.",
        "First: from the top of the set. Random: the same ones for a seed. Similar: those most "
        "like the question. By label: the most similar of each answer in turn. Budget: similar "
        "ones within a token budget.",
    ),
    "choose_fixed": ("고정", "First"),
    "choose_random": ("무작위", "Random"),
    "choose_similar": ("비슷한 것", "Similar"),
    "choose_diverse": ("라벨별", "By label"),
    "choose_budget": ("예산", "Budget"),
    "field_by": ("비슷함의 기준", "Similar by"),
    "by_words": ("낱말", "Words"),
    "by_meaning": ("의미", "Meaning"),
    "by_meaning_warning": (
        "함께 제공되는 임베더는 영어만 읽습니다. 한국어 예제에는 낱말 기준이나 다른 임베더를 "
        "쓰세요.",
        "The embedder in the box reads English only. For Korean examples choose words, or another "
        "embedder.",
    ),
    "field_example_embedder": ("임베더", "Embedder"),
    "embedder_in_the_box": ("기본 임베더", "the one in the box"),
    "field_order": ("순서", "Order"),
    "field_order_help": (
        "같은 예제도 순서에 따라 답이 달라집니다. 자동은 가장 비슷한 예제를 질문 바로 앞에 둡니다.",
        "The same examples in another order can give another answer. Automatic puts the most "
        "similar one last, next to the question.",
    ),
    "order_auto": ("자동", "automatic"),
    "order_best_last": ("비슷한 것이 뒤로", "most similar last"),
    "order_best_first": ("비슷한 것이 앞으로", "most similar first"),
    "order_set": ("예제집 순서", "as in the set"),
    "order_random": ("무작위", "random"),
    "field_example_seed": ("시드", "Seed"),
    "field_example_budget": ("예제의 토큰 예산", "Token budget of the examples"),
    "field_tags": ("태그", "Tags"),
    "field_allow_leak": (
        "질문과 같은 예제도 보여 주기",
        "Show examples that equal the question too",
    ),
    "field_allow_leak_help": (
        "질문과 같거나 거의 같은 예제는 답을 그대로 알려 주므로 뺍니다. 켜면 쓰고, 답변에 그렇게 "
        "기록합니다.",
        "An example that equals the question gives its answer away, so it is left out. Switched "
        "on, it is used, and the answer records that.",
    ),
    "sweep_k": ("k = 0, 1, 3, 5, 8로 비교", "Compare k = 0, 1, 3, 5, 8"),
    "sweep_k_help": (
        "이 열을 예제 수만 다른 다섯 열로 바꾸고, 화면의 질문을 다시 묻습니다.",
        "Replaces all columns by five of this one that differ only in the number of examples, and "
        "asks the question on screen again.",
    ),
    "set_holds": (
        "학습용 예제 {train}개 · 평가용 {test}개 · v{version}",
        "{train} examples to show · {test} held out · v{version}",
    ),
    "set_smaller": (
        "예제가 {train}개뿐이라 그만큼만 보여 줍니다.",
        "There are only {train}; that many are shown.",
    ),
    "set_gone": (
        "예제집 {name}이(가) 여기 없습니다. 이 열만 답하지 못합니다. 다른 예제집을 고르세요.",
        "There is no example set named {name} here. Only this column will not answer. Choose "
        "another set.",
    ),
    "set_version_gone": (
        "예제집 {name}에는 v{version}이 없습니다. 이 열만 답하지 못합니다. 다른 버전을 고르세요.",
        "The example set {name} has no v{version} here. Only this column will not answer. Choose "
        "another version.",
    ),
    "template_gone": (
        "템플릿 {name}의 이 버전이 여기 없습니다. 이 열만 답하지 못합니다. 다른 것을 고르세요.",
        "This version of the template {name} is not here. Only this column will not answer. "
        "Choose another one.",
    ),
    "values_title": ("템플릿 변수", "Template variables"),
    "values_help": (
        "열의 템플릿이 쓰는 값입니다. 모든 열에 같은 값을 넣습니다.",
        "What the columns' templates are filled with; the same for every column.",
    ),
    "state_choosing": ("예제 고르는 중 · {seconds} s", "choosing examples · {seconds} s"),
    "stage_examples": ("예제 고르기", "choosing examples"),
    "stage_embed_question": ("질문 임베딩(예제)", "embedding the question for examples"),
    "tab_examples": ("예제", "Examples"),
    "tab_code": ("코드", "Code"),
    "code_help": (
        "이 열의 요청을 LiteLLM만으로 되풀이하는 파이썬 코드입니다. 키는 들어 있지 않습니다.",
        "Python that repeats this column's request with LiteLLM alone. It holds no key.",
    ),
    "examples_shown": (
        "{set} · 예제 {given}개 · 약 {tokens} 토큰",
        "{set} · examples: {given} · about {tokens} tokens",
    ),
    "examples_written": ("직접 쓴 예제", "written in the column"),
    "examples_fewer": (
        "{wanted}개를 원했지만 고를 수 있는 예제가 {available}개였습니다.",
        "{wanted} were wanted; there were {available} to choose from.",
    ),
    "examples_nothing_fits": (
        "고를 수 있는 예제가 없어 예제 없이 물었습니다. 열 설정의 태그와 예제집을 확인하세요.",
        "There was no example to choose from, so it was asked without any. Check the tags and the "
        "set in the column's settings.",
    ),
    "examples_none": ("보여 준 예제가 없습니다.", "No example was shown."),
    "examples_table_alt": (
        "이 답변에 쓰였거나 빠진 예제의 표",
        "Table of the examples shown with this answer or left out",
    ),
    "example_score": ("비슷함", "similarity"),
    "example_state": ("상태", "state"),
    "example_shown": ("보여 줌", "shown"),
    "example_left_leak": ("빠짐: 답을 알려 줌", "left out: gives the answer away"),
    "example_left_budget": ("빠짐: 토큰 예산", "left out: token budget"),
    "example_left_context": ("빠짐: 컨텍스트가 참", "left out: no room in the context"),
    "alike_equal": ("질문과 같음", "equals the question"),
    "alike_near": ("질문과 거의 같음", "nearly equals the question"),
    "badge_examples": ("예제 {count}", "{count} ex."),
    "badge_examples_one": ("예제 1", "1 ex."),
    "leak_left_out": (
        "질문과 같거나 거의 같은 예제 {count}개를 뺐습니다. 답을 미리 알려 주기 때문입니다. 열 "
        "설정에서 쓰도록 바꿀 수 있습니다.",
        "Left out, as they equal or nearly equal the question and give the answer away: {count}. "
        "The column's settings can allow such examples.",
    ),
    "leak_context": (
        "컨텍스트에 들어가지 않아 예제 {count}개를 뺐습니다: {examples}",
        "Left out, as the model has no room for them: {count}, {examples}",
    ),
    "leak_kept": (
        "질문과 같거나 거의 같은 예제를 보여 주었습니다. 이 답으로 모델을 평가하지 마세요.",
        "An example that equals or nearly equals the question was shown. Do not judge the model by "
        "this answer.",
    ),
    "leak_adapter": (
        "어댑터 {name}이(가) 이 질문이나 거의 같은 질문을 학습했습니다. 외운 답일 수 있습니다.",
        "The adapter {name} was trained on this question, or nearly this one. The answer may be "
        "learnt by heart.",
    ),
    "schema_fits": ("JSON 형식 맞음", "JSON fits"),
    "schema_faults": ("JSON 형식 오류 {count}", "JSON faults: {count}"),
    "schema_fault_not_json": (
        "답이 JSON이 아닙니다. 중간에 끊겼다면 최대 토큰을 늘려 주세요.",
        "The answer is not JSON. If it was cut off, raise the token limit.",
    ),
    "schema_fault_too_deep": (
        "너무 깊어 비교하지 못했습니다. 스키마를 단순하게 해 주세요.",
        "Too deep to compare. Simplify the schema.",
    ),
    "schema_fault_too_long": (
        "답이 너무 길어 비교하지 않았습니다. 답의 길이를 제한해 주세요.",
        "Too long to compare. Limit the answer's length.",
    ),
    "schema_fault_too_complex": (
        "비교가 너무 오래 걸려 멈췄습니다. pattern과 $ref를 줄여 주세요.",
        "Comparing took too long. Simplify pattern and $ref.",
    ),
    "schema_faults_title": ("형식에 맞지 않는 곳", "Where it does not fit"),
    "promote": ("예제로 추가", "Add example"),
    "promote_help": (
        "이 질문과 답을 예제집 {name}의 새 버전에 넣습니다.",
        "Puts this question and answer into a new version of the example set {name}.",
    ),
    "promote_edit": ("고쳐서 추가", "Correct first"),
    "promote_set": ("예제집(새 이름도 가능)", "Example set (or a new name)"),
    "promote_answer": ("이렇게 답했어야 합니다", "What the answer should have been"),
    "promote_save": ("예제로 추가", "Add as an example"),
    "promoted_train": (
        "{name} v{version}에 추가했습니다.",
        "Added to {name} v{version}.",
    ),
    "promoted_test": (
        "{name} v{version}에 추가했습니다. 시험용으로 나뉘어 프롬프트에는 보여 주지 않습니다.",
        "Added to {name} v{version}, on its held-out side: never shown in a prompt.",
    ),
    "promoted_before": (
        "{name} v{version}에 이미 있는 예제입니다.",
        "{name} v{version} holds this example already.",
    ),
    "liked_set": ("좋아요", "liked"),
    "promote_many": ("예제집으로", "To an example set"),
    "promote_many_help": (
        "지금 걸러진 평가 가운데 좋아요를 받고 끝까지 쓰인 답변을 예제로 넣습니다.",
        "Puts the answers that were voted up and complete, among the votes filtered now, into an "
        "example set.",
    ),
    "promote_many_most": (
        "한 번에 가장 최근 {limit}개까지 넣습니다.",
        "At most the newest {limit} at once.",
    ),
    "promoted_many": (
        "{count}개를 {name} v{version}에 추가했습니다.",
        "Added {count} to {name} v{version}.",
    ),
    "promoted_none": (
        "추가할 답변이 없습니다. 모두 이미 들어 있거나 끝까지 쓰이지 않았습니다.",
        "There was nothing to add: the answers are there already, or not complete.",
    ),
    "share_file": ("파일로", "As a file"),
    "share_file_help": (
        "열, 질문, 템플릿과 작은 예제집이 들어 있는 YAML 파일입니다. 키는 들어 있지 않습니다.",
        "A YAML file with the columns, the question, the templates and small example sets. It "
        "holds no key.",
    ),
    "share_download": ("비교를 YAML로 저장", "Save the comparison as YAML"),
    "share_open": ("YAML 파일 열기", "Open a YAML file"),
    "share_opened": ("열 {count}개를 열었습니다.", "Columns opened: {count}"),
    "share_added": ("새로 저장한 것: {names}", "Newly stored here: {names}"),
    "share_moved": (
        "일부 질문은 여기서 이미 정해진 학습·평가 구분을 따릅니다: {names}",
        "Some questions keep the side, training or test, that they already had here: {names}",
    ),
    "share_missing": ("여기에 없는 것: {names}", "Not here: {names}"),
}
