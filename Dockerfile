# The image of web, worker, beat and migrate. docs/operations.md says how it is run.
FROM python:3.11.14-slim-bookworm AS build
WORKDIR /app
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
COPY requirements.txt .
# wheels only: nothing is compiled here, and no package runs a program of its own while it is installed
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary=:all: -r requirements.txt
COPY . .
# A demo asks for no secret; the one it makes for itself stays in this stage
ENV DEMO=true DATA_DIR=/tmp/build STATIC_ROOT=/srv/static
RUN python manage.py collectstatic --no-input

FROM python:3.11.14-slim-bookworm
LABEL org.opencontainers.image.title="Road maps" \
      org.opencontainers.image.description="A back-office for road maps that two governments agree" \
      org.opencontainers.image.licenses="Apache-2.0"
# A new named volume takes its owner from this folder
RUN groupadd --gid 10001 roadmaps \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin roadmaps \
 && install --directory --owner=10001 --group=10001 --mode=0700 /data
WORKDIR /app
# Of root, and the processes are not root: they cannot change their own code
COPY --from=build /venv /venv
COPY --from=build /srv/static /srv/static
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=partnership.settings DATA_DIR=/data STATIC_ROOT=/srv/static
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "--bind=0.0.0.0:8000", "--worker-class=partnership.buffered_worker.BufferedWorker", "--threads=8", \
     "--no-control-socket", "partnership.wsgi"]
