"""What `make run` serves: app.py, with the routes and headers a page script cannot have."""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from pages.shared.server import MIDDLEWARE, ROUTES, lifespan

# A folder named pages/ makes Streamlit 1.67 look a first deep link up there, before app.py has
# called st.navigation, and greet the visitor with "Page not found".
PagesManager.uses_pages_directory = False

app = st.App("app.py", routes=ROUTES, middleware=MIDDLEWARE, lifespan=lifespan)
