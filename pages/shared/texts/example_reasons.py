"""Why a file of examples was refused, and what to do: what the readers of examples name."""

TEXTS = {
    "reason_bad_examples_taken": (
        "{name} 예제집이 이미 있습니다",
        "there is a set named {name} already",
    ),
    "next_bad_examples_taken": (
        "다른 이름을 쓰거나, 파일을 가져올 때 추가나 교체를 고르세요.",
        "Use another name, or choose to add to it or replace it when you import a file.",
    ),
    "reason_bad_examples_paste": (
        "{line}번째 줄이 ‘질문 => 답’도, 두 칸도 아닙니다",
        "line {line} is neither “question => answer” nor two cells",
    ),
    "next_bad_examples_paste": (
        "그 줄을 고치세요. 붙여 넣은 글은 그대로 있습니다.",
        "Correct that line. What you pasted is still there.",
    ),
    "next_bad_examples_name": (
        "1자에서 120자까지의 이름을 쓰세요.",
        "Use a name of 1 to 120 characters.",
    ),
    "next_bad_examples_no_example": (
        "질문과 답을 하나 이상 넣으세요.",
        "Put in at least one question with its answer.",
    ),
    "reason_bad_examples_row_empty": (
        "질문이나 답이 빈 줄이 있습니다(번호 {rows}, 새 줄은 +)",
        "rows without a question or an answer (numbers {rows}; + is a new row)",
    ),
    "next_bad_examples_row_empty": (
        "빈칸을 채우거나 줄을 지운 뒤 다시 저장하세요. 고친 내용은 그대로 있습니다.",
        "Fill them in or delete the rows, then save again. Your changes are still there.",
    ),
    "reason_bad_examples_empty_answer": (
        "{line}번째 줄의 {column} 칸이 비어 있습니다",
        "the column {column} is empty on line {line}",
    ),
    "next_bad_examples_empty_answer": (
        "답을 채우거나 그 줄을 지우거나, 다른 답 열을 고르세요.",
        "Fill in the answer, take the row out, or choose another column of answers.",
    ),
    "reason_bad_examples_empty_question": (
        "{line}번째 줄의 {column} 칸이 비어 있습니다",
        "the column {column} is empty on line {line}",
    ),
    "next_bad_examples_empty_question": (
        "질문을 채우거나 그 줄을 지우거나, 다른 질문 열을 고르세요.",
        "Fill in the question, take the row out, or choose another column of questions.",
    ),
    "reason_bad_examples_empty_answers": (
        "{column} 열이 처음부터 끝까지 비어 있습니다",
        "the column {column} is empty from top to bottom",
    ),
    "next_bad_examples_empty_answers": (
        "답이 든 다른 열을 고르세요.",
        "Choose another column that holds the answers.",
    ),
    "reason_bad_examples_few_columns": (
        "질문과 답으로 쓸 열이 모자랍니다(있는 열: {columns})",
        "there are too few columns for a question and an answer (there are: {columns})",
    ),
    "next_bad_examples_few_columns": (
        "질문 열과 답 열이 있는 파일을 올리세요. 첫 줄은 열 이름이어야 합니다.",
        "Upload a file with a column of questions and one of answers; its first line names them.",
    ),
    "reason_bad_examples_unknown_column": (
        "{column} 열이 없습니다(있는 열: {columns})",
        "there is no column {column} (there are: {columns})",
    ),
    "next_bad_examples_unknown_column": (
        "있는 열 가운데서 고르세요.",
        "Choose one of those.",
    ),
    "reason_bad_examples_same_column": (
        "{column} 열을 질문과 답 양쪽에 골랐습니다",
        "the column {column} cannot be both question and answer",
    ),
    "next_bad_examples_same_column": (
        "질문 열과 답 열을 서로 다르게 고르세요.",
        "Choose two different columns.",
    ),
    "reason_bad_examples_bad_split": (
        "{line}번째 줄 {column} 열의 {value}은(는) train도 test도 아닙니다",
        "{value} in the column {column} on line {line} is neither train nor test",
    ),
    "next_bad_examples_bad_split": (
        "train/test나 학습/평가로 고치거나, 구분 열을 ‘없음’으로 두세요.",
        "Write train or test there, or set the side column to none.",
    ),
    "reason_bad_examples_too_many_columns": (
        "열이 {limit}개를 넘습니다",
        "there are more than {limit} columns",
    ),
    "next_bad_examples_too_many_columns": (
        "필요한 열만 남겨 올리세요.",
        "Keep only the columns you need.",
    ),
    "reason_bad_examples_object_too_long": (
        "{line}번째 줄의 JSON 객체가 {limit}자를 넘습니다",
        "the JSON object on line {line} is longer than {limit} characters",
    ),
    "next_bad_examples_object_too_long": (
        "긴 글을 줄이거나 나누세요.",
        "Shorten its texts, or split them.",
    ),
    "reason_bad_examples_broken": (
        "엑셀 파일이 손상되었습니다",
        "the workbook is broken",
    ),
    "next_bad_examples_broken": (
        "원래 프로그램에서 XLSX나 CSV로 다시 저장해 올리세요.",
        "Save it again as XLSX or CSV in the program it comes from.",
    ),
    "reason_bad_examples_old_spreadsheet": (
        "예전 엑셀 형식(XLS)이거나 XLSX가 아닙니다",
        "it is an old workbook (XLS), or no XLSX at all",
    ),
    "next_bad_examples_old_spreadsheet": (
        "XLSX나 CSV UTF-8로 저장해 올리세요.",
        "Save it as XLSX or as CSV UTF-8.",
    ),
    "reason_bad_examples_encrypted": (
        "엑셀 파일에 암호가 걸려 있습니다",
        "the workbook is locked with a password",
    ),
    "next_bad_examples_encrypted": (
        "암호를 풀고 저장해 올리세요.",
        "Save it without its password.",
    ),
    "reason_bad_examples_zip_bomb": (
        "압축을 풀면 {limit_mb} MB를 넘습니다",
        "unpacked it would be larger than {limit_mb} MB",
    ),
    "next_bad_examples_zip_bomb": (
        "필요한 시트만 남겨 CSV로 저장해 올리세요.",
        "Keep only the sheet you need and save it as CSV.",
    ),
    "reason_bad_examples_not_found": (
        "파일을 찾을 수 없습니다",
        "the file cannot be found",
    ),
    "next_bad_examples_not_found": (
        "경로를 확인하세요.",
        "Check the path.",
    ),
    "next_bad_examples_encoding": (
        "UTF-8로 저장해 다시 올리세요. 엑셀에서는 ‘CSV UTF-8’을 고릅니다.",
        "Save it as UTF-8 and upload it again; in Excel choose “CSV UTF-8”.",
    ),
    "next_bad_examples_cells": (
        "그 줄의 쉼표가 든 글을 큰따옴표로 감싸 다시 올리세요.",
        "Put the text with the comma on that line into double quotes and upload it again.",
    ),
    "reason_bad_examples_too_large": (
        "파일이 {limit_mb} MB보다 큽니다",
        "the file is larger than {limit_mb} MB",
    ),
    "next_bad_examples_too_large": (
        "나누어 올리고 ‘기존 예제집에 추가’를 쓰세요.",
        "Split it, and add the parts to one set.",
    ),
    "reason_bad_examples_too_many": (
        "예제가 {limit}개를 넘습니다",
        "there are more than {limit} examples",
    ),
    "next_bad_examples_too_many": (
        "나누어 올리고 ‘기존 예제집에 추가’를 쓰세요.",
        "Split it, and add the parts to one set.",
    ),
    "reason_bad_examples_too_long": (
        "{line}번째 줄의 글이 {limit}자를 넘습니다",
        "a text on line {line} is longer than {limit} characters",
    ),
    "next_bad_examples_too_long": (
        "그 글을 줄이거나 나누세요.",
        "Shorten that text, or split it.",
    ),
}
