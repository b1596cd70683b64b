"""What the studio costs, measured beside a peer or a bare call in the same run.

A topic is a module or package `bench.<name>` with a TITLE and a `run(say)` that returns rows. `say` shows progress.
Whoever adds a topic adds nothing else: `python -m bench` finds it.
"""

from app import workers as workers  # first of all: it says how many threads NumPy may have, before anything imports it
