# syntax=docker/dockerfile:1
# One image for every part; the command says which: gateway (the default), auth, reviews, or an operator's command.
#   docker run … node dist/subgraphs/auth/main.js
#   docker run … node dist/scripts/sallyport.js doctor

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY claims/package.json claims/
RUN npm ci
COPY . .
RUN npm run build

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY claims/package.json claims/
RUN npm ci --omit=dev

FROM node:24-bookworm-slim
# From here on a missing secret stops the start, and other addresses than loopback may be listened on.
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/package.json ./
COPY --from=build /app/claims claims
COPY --from=build /app/dist dist
COPY --from=build /app/schema schema
RUN install --directory --owner=node --group=node --mode=700 /data
USER node
VOLUME /data
EXPOSE 4000 4001 4002 9090
CMD ["node", "--max-semi-space-size=32", "--no-allocation-site-pretenuring", "dist/gateway/main.js"]
