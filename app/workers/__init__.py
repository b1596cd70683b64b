"""What runs on the GPU host: one process, one engine at a time, no pages."""

import os

# NumPy draws previews. Its matrix library would keep threads spinning between two of them, on the cores the model needs;
# it reads this when NumPy is first imported, which is after this line.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
