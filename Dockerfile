# rho90 in a container: docker build -t rho90 . && docker run -p 127.0.0.1:3000:3000 -v rho90:/data rho90
#
# Runs are in the volume, unless DATABASE_URL names a PostgreSQL server: docs/operations.md.
#
# The server has no access control of its own yet: publish the port on loopback, as above, or put a proxy that
# authenticates in front. A later version will refuse to listen on anything but loopback without access keys, and this
# image, which listens on every interface of its container, will then need a key.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY schemas ./schemas
COPY models ./models
COPY workers ./workers
COPY server ./server
COPY examples ./examples
RUN npm run build

# Optional packages are Node itself, which the base image has, and a native `nice` for worker threads, which is not used.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional && npm cache clean --force

FROM node:24-bookworm-slim
# Node as process 1 would neither reap children nor die of a signal it does not handle; tini does both.
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json openapi.yaml LICENSE ./
RUN mkdir /data && chown node:node /data
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 RHO90_DATA_DIR=/data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["node", "dist/server/main.js"]
