# One image for worker, server, CLI and migration: docker run IMAGE worker | server | migrate | status | …

FROM node:22-bookworm-slim AS base
WORKDIR /app

FROM base AS build
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
RUN npm run build

FROM base AS production-dependencies
COPY package.json package-lock.json .npmrc ./
# Temporal's native bridge ships with its sources and with binaries for every platform; the image needs its own alone.
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev \
 && rm -rf node_modules/@temporalio/core-bridge/sdk-core \
 && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -rf {} +

# The stand-ins for LMS, Google Chat and statistics server: for trying the system out, never in production.
FROM base AS simulator
COPY --from=build /app/dist ./dist
USER 10001:10001
EXPOSE 8800-8803
ENTRYPOINT ["node", "dist/simulator/main.js"]
CMD ["--host", "0.0.0.0"]

FROM base AS service
ENV NODE_ENV=production
# On a large machine V8 lets the heap grow by hundreds of megabytes before it collects garbage. The manifests limit a
# worker to 512 MiB; the rest is for Temporal's native part and for buffers.
ENV NODE_OPTIONS="--max-old-space-size=320 --max-semi-space-size=8"
COPY package.json ./
COPY --from=production-dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# So that an operator says: docker compose exec worker openeg status
RUN ln -s /app/dist/client.js /usr/local/bin/openeg
USER 10001:10001
EXPOSE 8080 9464
# /livez of a worker; the server's containers name their own port in their manifests.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.OPENEG_METRICS_PORT || 9464}/livez`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/client.js"]
CMD ["worker"]
