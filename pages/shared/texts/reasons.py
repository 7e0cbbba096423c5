"""Why a file, a collection or a setting was refused, and what to do: `reason_<kind>_<reason>`."""

TEXTS = {
    "reason_bad_document_empty": ("파일이 비어 있습니다", "the file is empty"),
    "next_bad_document_empty": (
        "내용이 있는 파일을 올리세요.",
        "Upload a file that holds something.",
    ),
    "reason_bad_document_no_pages": ("쪽이 없는 PDF입니다", "the PDF has no pages"),
    "next_bad_document_no_pages": (
        "PDF를 다시 만들어 올리세요.",
        "Make the PDF again and upload it.",
    ),
    "reason_bad_document_encrypted": ("암호가 걸려 있습니다", "it is encrypted"),
    "next_bad_document_encrypted": (
        "암호를 풀어 저장한 파일을 올리세요.",
        "Save it without its password and upload that.",
    ),
    "reason_bad_document_scanned": (
        "글자 없이 그림만 있는 스캔 문서입니다",
        "it is a scan: pictures without text",
    ),
    "next_bad_document_scanned": (
        "문자 인식(OCR)을 거친 PDF를 올리세요.",
        "Upload a PDF that went through text recognition (OCR).",
    ),
    "reason_bad_document_no_text": ("글이 들어 있지 않습니다", "there is no text in it"),
    "next_bad_document_no_text": ("글이 있는 파일을 올리세요.", "Upload a file that holds text."),
    "reason_bad_document_too_large": (
        "{size_mb} MB입니다. 최대 {limit_mb} MB까지 됩니다",
        "it has {size_mb} MB; at most {limit_mb} MB are possible",
    ),
    "next_bad_document_too_large": ("나누어 올리세요.", "Split it and upload the parts."),
    "reason_bad_document_too_many_pages": (
        "{pages}쪽입니다. 최대 {limit}쪽까지 됩니다",
        "it has {pages} pages; at most {limit} are possible",
    ),
    "next_bad_document_too_many_pages": ("나누어 올리세요.", "Split it and upload the parts."),
    "reason_bad_document_too_long": (
        "글이 {limit}자를 넘습니다",
        "its text is longer than {limit} characters",
    ),
    "next_bad_document_too_long": ("나누어 올리세요.", "Split it and upload the parts."),
    "reason_bad_document_too_many_rows": (
        "행이 {limit}개를 넘습니다",
        "it has more than {limit} rows",
    ),
    "next_bad_document_too_many_rows": (
        "필요한 행만 남기거나 나누어 올리세요.",
        "Keep only the rows you need, or split it.",
    ),
    "reason_bad_document_zip_bomb": (
        "압축을 풀면 지나치게 커지는 파일입니다",
        "it would become enormous when unpacked",
    ),
    "next_bad_document_zip_bomb": (
        "믿을 수 있는 프로그램으로 다시 저장해 올리세요.",
        "Save it again with a program you trust.",
    ),
    "reason_bad_document_broken": ("파일이 손상되었습니다", "the file is broken"),
    "next_bad_document_broken": (
        "원래 프로그램에서 다시 저장해 올리세요.",
        "Save it again in the program it comes from.",
    ),
    "reason_bad_document_timeout": (
        "{seconds}초 안에 읽지 못했습니다",
        "it could not be read within {seconds} seconds",
    ),
    "next_bad_document_timeout": ("나누어 올리세요.", "Split it and upload the parts."),
    "reason_bad_document_crashed": (
        "읽는 도중 읽기 프로그램이 멈췄습니다",
        "the reader crashed on it",
    ),
    "next_bad_document_crashed": (
        "다른 형식으로 저장해 올리세요. 다른 파일에는 영향이 없습니다.",
        "Save it in another format. The other files are not affected.",
    ),
    "reason_bad_document_unknown_format": (
        "읽을 수 없는 형식입니다",
        "its format is not one that can be read",
    ),
    "next_bad_document_unknown_format": (
        "PDF, DOCX, PPTX, XLSX, HTML, Markdown, TXT, JSON, JSONL, CSV로 저장해 올리세요.",
        "Save it as PDF, DOCX, PPTX, XLSX, HTML, Markdown, TXT, JSON, JSONL or CSV.",
    ),
    "reason_bad_document_not_text": ("글 파일이 아닙니다", "it is not a text file"),
    "next_bad_document_not_text": (
        "UTF-8, CP949 또는 UTF-16으로 저장해 올리세요.",
        "Save it as UTF-8, CP949 or UTF-16.",
    ),
    "reason_bad_document_bad_json": (
        "{line}번째 줄이 올바른 JSON이 아닙니다",
        "line {line} is not valid JSON",
    ),
    "next_bad_document_bad_json": (
        "그 줄을 고쳐 올리세요.",
        "Correct that line and upload it again.",
    ),
    "reason_bad_document_not_found": ("파일을 찾을 수 없습니다", "the file cannot be found"),
    "next_bad_document_not_found": ("다시 올리세요.", "Upload it again."),
    "reason_bad_document_changed": (
        "읽는 동안 파일이 바뀌었습니다",
        "the file changed while it was read",
    ),
    "next_bad_document_changed": ("다시 올리세요.", "Upload it again."),
    "reason_bad_document_name_length": (
        "이름이 {most}자를 넘습니다",
        "its name is longer than {most} characters",
    ),
    "next_bad_document_name_length": ("이름을 줄여 올리세요.", "Give it a shorter name."),
    "reason_bad_collection_name_taken": (
        "같은 이름의 자료집이 있습니다",
        "there is one of that name already",
    ),
    "reason_bad_collection_name": (
        "이름은 1자에서 {most}자까지입니다",
        "a name has 1 to {most} visible characters",
    ),
    "reason_bad_collection_empty_passage": ("구절이 비어 있습니다", "a passage cannot be empty"),
    "reason_bad_collection_index_broken": (
        "색인 파일이 손상되었습니다. 색인 설정에서 다시 색인하세요",
        "its index is broken; index it again under Index settings",
    ),
    "reason_bad_collection_bad_grid": (
        "조합이 {cells}개입니다. 1개에서 {limit}개까지 됩니다",
        "{cells} combinations; 1 to {limit} are possible",
    ),
    "reason_bad_collection_size": (
        "크기는 {low}에서 {high}까지입니다",
        "the size is from {low} to {high}",
    ),
    "reason_bad_collection_overlap": (
        "겹침({overlap})은 크기({size})의 절반보다 작아야 합니다",
        "the overlap ({overlap}) must be below half of the size ({size})",
    ),
    "reason_bad_collection_no_alignment_model": (
        "보강하는 모델을 고르세요",
        "choose the model that writes",
    ),
    "reason_bad_collection_no_embedder": ("임베딩 모델을 고르세요", "choose an embedder"),
    "reason_bad_collection_not_whole": (
        "크기와 겹침은 정수여야 합니다",
        "size and overlap are whole numbers",
    ),
    "reason_bad_questions_empty": ("파일에 질문이 없습니다", "the file holds no question"),
    "reason_bad_questions_no_question_column": (
        "question(질문) 열이 없습니다",
        "there is no column named question",
    ),
    "reason_bad_questions_question_missing": (
        "{line}번째 줄에 질문이 없습니다",
        "line {line} has no question",
    ),
    "reason_bad_questions_nothing_to_judge_by": (
        "문서, 쪽, 구절, 답 가운데 아무것도 없습니다",
        "it names neither documents, pages, quotes nor answers",
    ),
    "reason_bad_questions_bad_page": (
        "{line}번째 줄의 쪽이 1 이상의 정수가 아닙니다",
        "the page on line {line} is not a whole number from 1",
    ),
    "reason_bad_questions_bad_csv": (
        "{line}번째 줄의 칸이나 따옴표가 맞지 않습니다",
        "the cells or quotes on line {line} do not match",
    ),
    "reason_bad_questions_bad_json": (
        "{line}번째 줄이 올바른 JSON이 아닙니다",
        "line {line} is not valid JSON",
    ),
    "reason_bad_questions_too_large": (
        "파일이나 칸이 너무 큽니다",
        "the file or a cell is too large",
    ),
    "reason_bad_questions_not_text": (
        "UTF-8이나 CP949 텍스트가 아닙니다",
        "it is neither UTF-8 nor CP949 text",
    ),
    "reason_bad_questions_too_many": (
        "질문이 5,000개를 넘습니다",
        "there are more than 5,000 questions",
    ),
    "reason_bad_questions_no_votes": (
        "인용이 있는 답 가운데 좋아요를 받은 것이 없습니다",
        "no answer with a citation was voted up yet",
    ),
    "reason_bad_examples_empty": ("파일이 비어 있습니다", "the file is empty"),
    "reason_bad_examples_no_example": ("예제가 없습니다", "the file holds no example"),
    "reason_bad_examples_not_text": (
        "글 파일이 아닙니다. 스프레드시트는 'CSV UTF-8'로 저장하세요",
        "this is not a text file; save a spreadsheet as 'CSV UTF-8'",
    ),
    "reason_bad_examples_encoding": (
        "{line}번째 줄이 UTF-8도 CP949도 아닙니다. UTF-8로 저장하세요",
        "line {line} is neither UTF-8 nor CP949 text; save it as UTF-8",
    ),
    "reason_bad_examples_cells": (
        "{line}번째 줄의 칸 수가 첫 줄과 다릅니다. 쉼표가 든 글은 따옴표로 감싸세요",
        "line {line} has more cells than the first line; put text that holds a comma into quotes",
    ),
    "reason_bad_examples_columns": (
        "첫 줄에 question과 answer(또는 질문과 답변) 열 이름이 있어야 합니다",
        "the first line must name the columns question and answer",
    ),
    "reason_bad_examples_csv": (
        "{line}번째 줄의 따옴표가 맞지 않습니다",
        "the quotes on line {line} do not match",
    ),
    "reason_bad_examples_json": (
        "{line}번째 줄이 올바른 JSON이 아닙니다. 한 줄에 객체 하나씩 쓰세요",
        "line {line} is not valid JSON; write one object a line",
    ),
    "reason_bad_examples_fields": (
        "{line}번째 예제에 question과 answer가 없습니다",
        "the example on line {line} has no question and answer",
    ),
    "reason_bad_examples_messages": (
        "{line}번째 예제의 messages에 assistant의 답이 없습니다",
        "the messages on line {line} hold no answer of the assistant",
    ),
    "reason_bad_examples_text": (
        "{line}번째 줄의 질문이나 답이 글이 아닙니다",
        "a question or an answer on line {line} is not text",
    ),
    "reason_bad_examples_name": (
        "예제집 이름이 없거나 너무 깁니다",
        "the set has no name, or too long a one",
    ),
    "reason_bad_examples_share": (
        "평가용 비율은 0에서 1까지입니다",
        "the share held out is from 0 to 1",
    ),
}
