"""What runs on the GPU host: one process, one engine at a time, no pages."""

import os

# NumPy draws previews. Between two of them its matrix library would keep threads spinning on the cores the model needs.
# It reads this when NumPy is first imported, which is after this line.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
