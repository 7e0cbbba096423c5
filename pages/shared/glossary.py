"""What the words of training mean, twice: as a student would say it, and technically."""

import streamlit as st

from pages.shared.language import t

TERMS = (
    "base_model train tokenizer epochs batch_size learning_rate weight_decay gradient_clipping "
    "sequence_length peft lora qlora"
).split()
"""The founding documents' twelve."""
MORE = (
    "prompt_engineering few_shot rank alpha dropout replay held_out seed scale quantisation".split()
)


def help_on(term: str) -> str:
    """Both meanings of a term, for the question mark of a field."""
    return f"{t(f'term_{term}_student')}\n\n{t(f'term_{term}_technical')}"


def glossary() -> None:
    """All terms in a table, then the methods, the limits, and prompting against tuning."""
    for heading, terms in (("terms_twelve", TERMS), ("terms_more", MORE)):
        st.subheader(t(heading), anchor=False)
        st.table(
            [
                {
                    t("term"): f"**{t(f'term_{term}_name')}**",
                    t("as_student"): t(f"term_{term}_student"),
                    t("technically"): t(f"term_{term}_technical"),
                }
                for term in terms
            ],
            border="horizontal",
            hide_index=True,
        )
    st.subheader(t("peft_methods"), anchor=False)
    for method in ("adapter", "lora", "prefix", "prompt"):
        st.markdown(f"- {t(f'method_{method}')}")
    st.subheader(t("peft_limits"), anchor=False)
    for number in (1, 2, 3, 4):
        st.markdown(f"{number}. {t(f'peft_limits_{number}')}")
    st.subheader(t("prompt_vs_tuning_title"), anchor=False)
    st.table(
        [
            {
                "": f"**{t(f'prompt_vs_tuning_{row}')}**",
                t("prompt_vs_tuning_prompt"): t(f"prompt_vs_tuning_{row}_prompt"),
                t("prompt_vs_tuning_tuning"): t(f"prompt_vs_tuning_{row}_tuning"),
            }
            for row in ("purpose", "method", "pro", "con")
        ],
        border="horizontal",
        hide_index=True,
    )
