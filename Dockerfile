# The image service. Build: docker build -t focalbox . Run: docker run -p 8000:8000 -v ./pictures:/pictures:ro \
#   -e FOCALBOX_SERVICE_KEYS=2026a:SECRET focalbox
FROM python:3.12-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY src ./src
COPY requirements/service.txt ./
RUN python -m venv /opt/focalbox \
    && /opt/focalbox/bin/pip install --no-cache-dir -r service.txt \
    && /opt/focalbox/bin/pip install --no-cache-dir --no-deps .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --no-create-home focalbox && mkdir /pictures
COPY --from=build /opt/focalbox /opt/focalbox
USER 10001
ENV PATH=/opt/focalbox/bin:$PATH PYTHONUNBUFFERED=1 \
    FOCALBOX_SERVICE_ROOT=/pictures FOCALBOX_SERVICE_HOST=0.0.0.0 FOCALBOX_SERVICE_PAGE=false
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["focalbox", "serve", "--health"]
CMD ["focalbox", "serve"]
