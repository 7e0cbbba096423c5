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
    said = _leak(finding) if finding.kind == "leak" else _said(finding)
    if not finding.examples:
        return said
    rows = ", ".join(str(row) for row in finding.examples[:8])
    return f"{said} {t('finding_rows', rows=rows)}"


def _said(finding: Finding) -> str:
    return t(f"finding_{finding.kind}", count=finding.count)


def _leak(finding: Finding) -> str:
    near = finding.detail.get("near") or 0
    if finding.severity == "warning":
        return t("finding_leak_near", near=near)
    return f"{_said(finding)} {t('finding_leak_some_near', near=near)}" if near else _said(finding)
