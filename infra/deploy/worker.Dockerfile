# docker build --file infra/deploy/worker.Dockerfile . (from the repository's root)
FROM node:24-bookworm-slim AS build
WORKDIR /app
# GPU libraries that are not loaded.
ENV ONNXRUNTIME_NODE_INSTALL=skip TURBO_TELEMETRY_DISABLED=1
COPY package.json package-lock.json .npmrc turbo.json tsconfig.base.json tsconfig.build.json ./
COPY packages packages
COPY apps apps
RUN npm ci --include=dev --no-audit --no-fund \
 && npx turbo run build --filter=@antiphon/worker \
 && npm prune --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production ANTIPHON_DATA_DIR=/data
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/packages packages
COPY --from=build /app/apps/worker apps/worker
# The agents that come with the server are those of the worker.
COPY --from=build /app/apps/server/agents apps/server/agents
RUN install --directory --owner=node --group=node --mode=700 /data
VOLUME /data
USER node
# It listens for nobody but Prometheus: a worker that cannot go on ends, and is started again.
HEALTHCHECK NONE
CMD ["node", "apps/worker/dist/main.js"]
