"""The Prompts page: templates, their variables, what they send, their versions, what is wrong."""

TEXTS = {
    "nav_prompts": ("프롬프트", "Prompts"),
    "prompts_title": ("프롬프트", "Prompts"),
    "prompts_intro": (
        "시스템 프롬프트와 질문의 틀을 이름을 붙여 저장하고, 무엇이 보내지는지 보고, 버전끼리 비교합니다.",
        "Keep system prompts and forms of questions under a name, see what they send, and compare "
        "their versions.",
    ),
    "templates_empty": (
        "템플릿은 시스템 프롬프트와 질문의 틀을 저장해 두고 여러 열에서 함께 쓰는 것입니다. 고칠 때마다 새 "
        "버전이 되므로, 바꾼 말 한마디가 답을 낫게 했는지 비교하고 언제든 되돌릴 수 있습니다.",
        "A template keeps a system prompt and the form of a question, for use in any column. Each "
        "change is a new version, so you can compare whether it made the answers better, and go "
        "back.",
    ),
    "field_template_pick": ("템플릿", "Template"),
    "template_new": ("새 템플릿", "New template"),
    "template_name": ("템플릿 이름", "Name of the template"),
    "template_make": ("만들기", "Make it"),
    "template_exists": (
        "같은 이름의 템플릿이 이미 있어 그것을 열었습니다. 바뀐 것은 없습니다.",
        "There is a template of that name already; it is open now. Nothing was changed.",
    ),
    "template_samples": ("예시 템플릿", "Sample templates"),
    "template_start_from": ("예시로 시작하기:", "Start from a sample:"),
    "template_samples_help": (
        "바로 쓰거나 고쳐 쓸 수 있는 템플릿입니다.",
        "Templates to use as they are, or to start from.",
    ),
    "template_facts": ("버전 {version} · {date} 저장", "Version {version} · saved {date}"),
    "template_needs": ("질문할 때 필요한 값: {names}", "needs a value when asked: {names}"),
    "template_use": ("열에서 써 보기", "Use in a column"),
    "template_use_help": (
        "비교 화면에 템플릿이 없는 열과 이 템플릿을 쓰는 열을 나란히 엽니다.",
        "Opens the compare page with a column without it and a column with it.",
    ),
    "template_tab_write": ("쓰기", "Write"),
    "template_tab_versions": ("버전", "Versions"),
    "template_part_system": ("시스템 프롬프트", "System prompt"),
    "template_part_user": ("질문", "Question"),
    "template_part_example": ("예제 하나를 쓰는 모양", "How one example is written"),
    "template_part_system_help": (
        "모델의 역할과 규칙입니다. 비우면 보내지 않습니다.",
        "Role and rules for the model. Empty sends none.",
    ),
    "template_part_user_help": (
        "질문을 어떤 모양으로 보낼지 정합니다. {{question}} 자리에 사람이 묻는 말이 들어갑니다. 이전 "
        "질문과 차례로 보여 주는 예제에도 쓰입니다.",
        "The form in which a question is sent; {{question}} is what people ask. Earlier questions "
        "and examples shown as turns have it too.",
    ),
    "template_part_example_help": (
        "{{examples}} 자리에 예제를 적는 모양입니다. {{examples}}를 쓰지 않으면 예제는 질문과 답을 "
        "주고받은 차례로 보냅니다.",
        "How each example is written where {{examples}} stands. Without {{examples}}, examples are "
        "sent as earlier turns of question and answer.",
    ),
    "template_about_question": ("묻는 말", "what is asked"),
    "template_about_context": ("번호를 붙인 구절", "numbered passages"),
    "template_about_examples": ("고른 예제", "the chosen examples"),
    "template_about_answer": ("예제의 답", "the example's answer"),
    "template_about_columns": ("예제집의 열", "columns of your sets"),
    "template_more_columns": ("그 밖에 {count}개", "{count} more"),
    "template_save": ("저장", "Save"),
    "template_save_help": (
        "새 버전으로 저장합니다. 이전 버전은 그대로 남습니다.",
        "Stores the next version. Earlier ones stay as they are.",
    ),
    "template_saved": (
        "버전 {version}(으)로 저장했습니다.",
        "Saved as version {version}.",
    ),
    "template_unchanged": (
        "바뀐 것이 없습니다. 버전 {version} 그대로입니다.",
        "Nothing changed; it is still version {version}.",
    ),
    "template_unsaved": ("저장하지 않은 글이 있습니다.", "There is unsaved text."),
    "template_discard": ("저장한 글로 되돌리기", "Discard my changes"),
    "template_overtaken": (
        "글을 고치는 사이에 버전 {version}이(가) 저장되었습니다. 저장하면 지금 글이 그다음 버전이 됩니다.",
        "Version {version} was stored while you were writing. Saving puts your text after it.",
    ),
    "template_fix": ("{variable}(으)로 바꾸기", "Change it to {variable}"),
    "template_preview": ("보내는 그대로", "What is sent"),
    "template_preview_unsaved": (
        "저장하지 않은 글로 만든 미리 보기입니다.",
        "Made of your unsaved text.",
    ),
    "template_preview_stopped": (
        "글의 문제를 고치면 여기에 보입니다.",
        "It is shown here once the text is corrected.",
    ),
    "template_sample_set": ("예제집", "Example set"),
    "template_sample_none": ("예제집 없이", "no set"),
    "template_sample_item": ("질문", "Question"),
    "template_sample_typed": ("직접 쓴 질문", "a question of my own"),
    "template_sample_question": ("질문", "Question"),
    "template_sample_first": (
        "자료에 따르면 연차는 며칠인가요?",
        "According to the documents, how many days off are there?",
    ),
    "template_sample_value": ("{variable} 값", "Value of {variable}"),
    "template_sample_examples": ("예제 수", "Examples"),
    "template_sample_passages": ("구절 두 개와 함께", "With two passages"),
    "template_passage_1": (
        "연차 휴가는 입사 첫해에 11일, 다음 해부터 15일입니다.",
        "Employees have 11 days off in their first year and 15 from the second year on.",
    ),
    "template_passage_2": (
        "쓰지 않은 연차는 다음 해 3월까지 쓸 수 있습니다.",
        "Days that were not taken can be taken until March of the next year.",
    ),
    "template_role_system": ("시스템", "System"),
    "template_role_user": ("사용자", "User"),
    "template_role_assistant": ("모델", "Model"),
    "template_message_empty": ("빈 메시지입니다.", "An empty message."),
    "template_size_about": (
        "메시지 {messages}개 · 약 {tokens} 토큰(추정) · {characters}자",
        "{messages} messages · about {tokens} tokens (estimated) · {characters} characters",
    ),
    "template_size_exact": (
        "메시지 {messages}개 · {model} 기준 {tokens} 토큰 · {characters}자",
        "{messages} messages · {tokens} tokens for {model} · {characters} characters",
    ),
    "template_size_unknown": (
        "메시지 {messages}개 · {characters}자",
        "{messages} messages · {characters} characters",
    ),
    "template_lacks": (
        "값이 없는 변수: {names}. 이대로 물으면 보내지 않고 값을 적으라고 합니다.",
        "No value for {names}. Asked like this, nothing would be sent before there is one.",
    ),
    "template_no_place_context": (
        "템플릿에 {{context}}가 없어 구절은 시스템 프롬프트 뒤에 안내문과 함께 붙습니다.",
        "There is no {{context}} in the template, so the passages follow the system prompt, with "
        "an instruction.",
    ),
    "template_no_place_examples": (
        "템플릿에 {{examples}}가 없어 예제는 주고받은 차례로 보냅니다.",
        "There is no {{examples}} in the template, so the examples are sent as earlier turns.",
    ),
    "template_version": ("버전 {version}", "Version {version}"),
    "template_newest": ("최신", "newest"),
    "template_first_version": ("첫 버전", "first version"),
    "template_changed": ("바뀐 곳: {parts}", "changed: {parts}"),
    "template_look": ("보기", "Look"),
    "template_roll_back": ("이 버전으로 되돌리기", "Roll back to this"),
    "template_roll_back_help": (
        "이 글로 새 버전을 만듭니다. 아무 버전도 지워지지 않습니다.",
        "Makes a new version with this text. No version is removed.",
    ),
    "template_rolled_back": (
        "버전 {old}의 글을 버전 {version}(으)로 저장했습니다.",
        "The text of version {old} is version {version} now.",
    ),
    "template_as_newest": (
        "최신 버전과 글이 같습니다.",
        "The newest version has the same text.",
    ),
    "template_one_version": (
        "아직 한 버전뿐입니다. 글을 고쳐 저장하면 여기에서 두 버전을 견줄 수 있습니다.",
        "There is one version so far. Change the text and save it to compare two of them here.",
    ),
    "template_diff": ("두 버전 견주기", "Two versions side by side"),
    "template_diff_legend": (
        ":red-background[왼쪽에만 있는 말] · :green-background[오른쪽에만 있는 말]",
        ":red-background[only on the left] · :green-background[only on the right]",
    ),
    "template_diff_same": ("두 버전의 글이 같습니다.", "The two versions have the same text."),
    "template_diff_blank": (
        "빈칸과 줄바꿈만 다릅니다.",
        "They differ in blank space alone.",
    ),
    "template_part_same": ("두 버전에서 같은 것: {parts}", "The same in both: {parts}"),
    "template_model": ("모델", "Model"),
    "template_compare": ("두 버전을 열로 비교", "Compare both as columns"),
    "template_compare_help": (
        "비교 화면에 같은 모델의 두 열을 엽니다. 템플릿의 버전만 다릅니다.",
        "Opens the compare page with two columns of one model that differ in the version alone.",
    ),
    "template_remove": ("템플릿 지우기", "Remove template"),
    "template_remove_sure": (
        "**{name}** 템플릿을 모든 버전과 함께 지웁니다. 되돌릴 수 없습니다. 이 템플릿을 쓰는 열은 그 열만 "
        "오류를 내고 다른 열은 그대로 답합니다. 이미 받은 답변은 남습니다.",
        "This removes **{name}** with all its versions for good. Columns that use it will fail "
        "alone, with an error; the others go on answering. Answers you have are kept.",
    ),
    "error_bad_template": (
        "템플릿을 저장할 수 없습니다: {reason}.",
        "This template cannot be kept: {reason}.",
    ),
    "next_bad_template": (
        "고쳐서 다시 저장하세요. 쓴 글은 그대로 있습니다.",
        "Correct it and save it again. Your text is kept.",
    ),
    "reason_bad_template_name": (
        "이름은 1자에서 120자까지입니다",
        "a name has 1 to 120 visible characters",
    ),
    "next_bad_template_name": (
        "이름을 고쳐 다시 해 보세요.",
        "Give it another name and try again.",
    ),
    "reason_bad_template_too_long": (
        "글이 {limit}자를 넘습니다({part})",
        "a text is longer than {limit} characters ({part})",
    ),
    "next_bad_template_too_long": (
        "긴 참고 글은 자료집에 넣고 {{{{context}}}}로 부르세요.",
        "Put long reference text into a collection and call it up with {{{{context}}}}.",
    ),
    "reason_bad_template_no_question": (
        "질문 칸에 {{{{question}}}} 자리가 없습니다",
        "the question has no {{{{question}}}} in it",
    ),
    "next_bad_template_no_question": (
        "묻는 말이 들어갈 자리에 {{{{question}}}}을 적으세요.",
        "Write {{{{question}}}} where what people ask should stand.",
    ),
    "reason_bad_template_unclosed": (
        "{{{{ 뒤에 닫는 }}}} 가 없습니다({part}, {line}번째 줄)",
        "{{{{ is never closed by }}}} ({part}, line {line})",
    ),
    "next_bad_template_unclosed": (
        "변수 이름 뒤에 }}}} 를 적으세요. 중괄호 자체를 쓰려면 \\{{{{ 로 적습니다.",
        "Write }}}} after the variable's name. For two braces as they are, write \\{{{{ instead.",
    ),
    "reason_bad_template_unknown_variable": (
        "{{{{{variable}}}}} 변수가 없습니다({part}, {line}번째 줄)",
        "there is no variable {{{{{variable}}}}} ({part}, line {line})",
    ),
    "next_bad_template_unknown_variable": (
        "비슷한 이름: {suggestion}. 쓸 수 있는 변수: {known}.",
        "The closest name is {suggestion}. You can use: {known}.",
    ),
    "next_bad_template_unknown_variable_no_suggestion": (
        "쓸 수 있는 변수: {known}. 예제집의 열 이름도 변수가 됩니다.",
        "You can use: {known}. The columns of example sets are variables too.",
    ),
    "error_missing_value": (
        "{template} 템플릿의 {variable} 값이 비어 있습니다.",
        "The template {template} needs a value for {variable}.",
    ),
    "next_missing_value": (
        "템플릿 변수 칸에 값을 적고 다시 물어보세요.",
        "Fill it in under Template variables and ask again.",
    ),
    "error_unknown_template": (
        "{template} 템플릿이 없습니다.",
        "There is no template named {template}.",
    ),
    "next_unknown_template": (
        "열 설정에서 다른 템플릿이나 버전을 고르거나, 프롬프트 페이지에서 만드세요.",
        "Choose another one or another version in the column's settings, or make it on the Prompts "
        "page.",
    ),
}
