# The app alone, as a server of Next's own that needs no node_modules beside it. docs/self-host.md says how it is run.
#   docker build --build-arg APP_URL=https://app.example.com -t ledgerline .
FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# The install scripts fetch the local stack's Postgres and Stripe's command-line tool; a build needs neither.
RUN npm ci --ignore-scripts
COPY . .
# Pages that are drawn in advance name the address, so an image belongs to one.
ARG APP_URL
RUN test -n "$APP_URL" || { echo "Say where people reach the app: --build-arg APP_URL=https://…"; exit 1; }
# Optional: builds that have the same one answer each other's forms. Each makes its own without.
ARG NEXT_SERVER_ACTIONS_ENCRYPTION_KEY
ENV APP_URL=$APP_URL NEXT_OUTPUT=standalone NEXT_TELEMETRY_DISABLED=1
RUN npm run build

FROM node:22-slim
WORKDIR /app
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 HOSTNAME=0.0.0.0 PORT=3000
COPY --from=build --chown=node:node /app/.next/standalone ./
COPY --from=build --chown=node:node /app/.next/static ./.next/static
COPY --from=build --chown=node:node /app/public ./public
USER node
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/api/health`).then((a) => a.json()).then((a) => process.exit(a.database === 'ok' ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server.js"]
