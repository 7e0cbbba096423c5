"""What `make run` serves: app.py, with the routes and headers a page script cannot have."""

import streamlit as st

from pages.shared.server import MIDDLEWARE, ROUTES, lifespan

app = st.App("app.py", routes=ROUTES, middleware=MIDDLEWARE, lifespan=lifespan)
