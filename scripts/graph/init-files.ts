// The files of `init` that are the same for everybody.

export const envExample = `# Copy to .env. Every setting: docs/settings.md of the package.
# Development needs none of these: "sallyport dev" makes what is missing, and keeps it in ./data.
PORT=4000
# As browsers see the gateway.
PUBLIC_URL=http://localhost:4000

# In production ("sallyport start"):
#NODE_ENV=production
#HOST=0.0.0.0
#POSTGRES_PASSWORD=…
#DATABASE_URL=postgresql://sallyport:…@database/sallyport
#SMTP_URL=smtps://…
#MAIL_FROM="Example" <no-reply@example.com>
#AUTH_URL=http://auth:4001/graphql
# Credentials are taken over HTTPS only: the proxy that ends TLS, as the gateway sees its address.
#TRUSTED_PROXIES=172.16.0.0/12
#IDENTITY_KEYS={"keys":[…]}
#PASSWORD_PEPPER=1:…
#CODE_KEY=1:…
#API_KEY_PEPPER=1:…
#KEY_ENCRYPTION_KEY=1:…
`

export const composeFile = `# Gateway, auth and PostgreSQL. Settings come from .env; subgraphs of yours are added beside them.
# "localhost" is the container itself here: supergraph.yaml names a subgraph by its service (http://orders:4003/graphql),
# or by a variable of .env ("\${ORDERS_URL}"). A proxy that ends TLS stands in front, and in TRUSTED_PROXIES.
x-sallyport: &sallyport
  # As you built it with the Dockerfile of the repository.
  image: \${SALLYPORT_IMAGE:-sallyport}
  env_file: .env
  environment: &settings
    SUPERGRAPH_CONFIG: /graph/supergraph.yaml
    AUTH_URL: http://auth:4001/graphql
    IDENTITY_JWKS_URL: http://gateway:4000/.well-known/identity-jwks.json
  volumes: [".:/graph:ro"]
  init: true
  read_only: true
  tmpfs: [/tmp]
  cap_drop: [ALL]
  security_opt: ["no-new-privileges:true"]
  restart: unless-stopped

services:
  gateway:
    <<: *sallyport
    command: [sallyport, start, gateway]
    ports: ["127.0.0.1:4000:4000"]
    depends_on: [auth]
  auth:
    <<: *sallyport
    command: [sallyport, start, auth]
    depends_on: [database]
  database:
    image: postgres:17
    environment:
      POSTGRES_USER: sallyport
      POSTGRES_DB: sallyport
      POSTGRES_PASSWORD: \${POSTGRES_PASSWORD:?set it in .env}
    volumes: [database:/var/lib/postgresql/data]
    restart: unless-stopped

volumes:
  database:
`
