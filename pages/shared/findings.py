"""What the check of an example set found, in sentences."""

import streamlit as st

from core.lora.check import Finding, Report
from pages.shared.language import t

ICONS = {
    "error": ":red[:material/error:]",
    "warning": ":orange[:material/warning:]",
    "info": ":material/info:",
}


def findings(report: Report) -> None:
    """A line for each finding; one that says all is well when there is none."""
    if not report.findings:
        st.caption(f":green[:material/check_circle:] {t('check_fine')}")
    for finding in report.findings:
        st.markdown(f"{ICONS[finding.severity]} {sentence(finding)}")


def sentence(finding: Finding) -> str:
    """What was found, how often and where."""
    said = t(f"finding_{finding.kind}", count=finding.count)
    if not finding.examples:
        return said
    rows = ", ".join(str(row) for row in finding.examples[:8])
    return f"{said} {t('finding_rows', rows=rows)}"
