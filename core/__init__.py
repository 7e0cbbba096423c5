"""Everything Narani can do, without Streamlit. Importing this package loads nothing heavy."""
