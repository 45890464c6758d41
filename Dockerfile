# syntax=docker/dockerfile:1
# One image for every part; the command says which: gateway (the default), auth, or any other command of `sallyport`.
#   docker run … sallyport start auth
#   docker run … sallyport doctor

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY claims/package.json claims/
RUN npm ci
COPY . .
RUN npm run build && node scripts/prune-image.js dist claims

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY claims/package.json claims/
COPY scripts/prune-image.js scripts/
RUN npm ci --omit=dev && node scripts/prune-image.js node_modules

FROM node:24-bookworm-slim
# From here on a missing secret stops the start, and other addresses than loopback may be listened on.
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/package.json ./
COPY --from=build /app/claims claims
COPY --from=build /app/dist dist
COPY --from=build /app/schema schema
RUN chmod +x dist/scripts/sallyport.js && ln -s /app/dist/scripts/sallyport.js /usr/local/bin/sallyport && \
    install --directory --owner=node --group=node --mode=700 /data
USER node
VOLUME /data
EXPOSE 4000 4001 4002 9090
CMD ["node", "--max-semi-space-size=32", "--no-allocation-site-pretenuring", "--use-largepages=silent", "dist/gateway/main.js"]
