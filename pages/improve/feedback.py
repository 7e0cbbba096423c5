import streamlit as st
from pages.shared.header import header
header("…")
