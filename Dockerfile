# Processor, sink and maintainer in one image: `docker compose up` runs it three times. Nothing of the local stack is in it.
FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements/services.txt requirements/services.txt
RUN python -m venv /opt/tollbook \
    && /opt/tollbook/bin/pip install --no-cache-dir --require-hashes -r requirements/services.txt
COPY pyproject.toml README.md ./
COPY schemas schemas
COPY producers producers
COPY stream_processors stream_processors
COPY sinks sinks
COPY billing billing
COPY cli cli
RUN /opt/tollbook/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
COPY --from=build /opt/tollbook /opt/tollbook
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/tollbook tollbook \
    && install --directory --owner=tollbook --mode=0700 /var/lib/tollbook/archive
USER tollbook
ENV PATH=/opt/tollbook/bin:$PATH PYTHONUNBUFFERED=1 TOLLBOOK_HOME=/var/lib/tollbook
ENTRYPOINT ["tollbook"]
CMD ["--help"]
