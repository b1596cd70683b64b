"""qwenimage.art: a studio for images and songs that form live in the browser."""

import os

os.environ.setdefault("PICCOLO_CONF", "app.db")
