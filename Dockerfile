# docker build -t vodplan . && docker run --rm -v "$PWD:/work" -e ALIBABA_CLOUD_ACCESS_KEY_ID -e ALIBABA_CLOUD_ACCESS_KEY_SECRET vodplan plan
FROM python:3.12-slim AS build
WORKDIR /src
COPY requirements/ requirements/
# Every dependency by its hash, before the sources, so that a change of those leaves this layer alone.
RUN python -m venv /opt/vodplan \
 && /opt/vodplan/bin/python -m pip install --no-cache-dir --require-hashes -r requirements/ci.txt \
 && python -m venv /opt/build \
 && /opt/build/bin/python -m pip install --no-cache-dir --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY vodplan/ vodplan/
RUN /opt/build/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /opt/vodplan/bin/python -m pip install --no-cache-dir --no-deps /wheels/*.whl

FROM python:3.12-slim
# git is what `--changed-since` and `--base` ask.
RUN apt-get update -q && apt-get install -yq --no-install-recommends git && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 10001 vodplan
COPY --from=build /opt/vodplan /opt/vodplan
ENV PATH="/opt/vodplan/bin:$PATH" PYTHONUNBUFFERED=1 GIT_CONFIG_COUNT=1 \
    GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=/work
USER vodplan
WORKDIR /work
ENTRYPOINT ["vodplan"]
