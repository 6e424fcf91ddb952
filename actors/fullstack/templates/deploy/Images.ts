/**
 * The two container images: how the backend and the frontend are built and run.
 *
 * Both build in stages, so that a changed source file does not install anything again, and both run without root from a
 * file system that may be read-only. Base images are pinned to an exact version, never to a moving tag.
 *
 * @since 0.1.0
 */
import type { GeneratedFile } from "../../Project.ts"
import { backendPort, databaseFile, dataFolder, frontendPort } from "./DeployNames.ts"

/** Long-term support; one line each, so that an update is one edit. */
export const nodeImage = "node:22.23.3-bookworm-slim"
export const nginxImage = "nginxinc/nginx-unprivileged:1.28.0-alpine"

/**
 * The Dockerfiles and what they need beside them.
 *
 * @category constructors
 */
export const images = (): ReadonlyArray<GeneratedFile> => [
  { path: "deploy/backend.Dockerfile", content: backend },
  { path: "deploy/backend.Dockerfile.dockerignore", content: ignore("backend") },
  { path: "deploy/frontend.Dockerfile", content: frontend },
  { path: "deploy/frontend.Dockerfile.dockerignore", content: ignore("frontend", "deploy/nginx.conf.template") }
]

const backend = `# syntax=docker/dockerfile:1
# Build from the project's root: docker build -f deploy/backend.Dockerfile .

# The manifests alone come first: as long as they stay, the installed packages come from the layer cache.
FROM ${nodeImage} AS manifests
WORKDIR /app
COPY backend/package.json backend/package-lock.json ./

FROM manifests AS build
RUN --mount=type=cache,target=/root/.npm npm ci
COPY backend/ ./
RUN npm run build

# What the running program needs, without compilers and test tools. Built beside the stage above, not after it.
FROM manifests AS dependencies
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev

FROM ${nodeImage}
WORKDIR /app
ENV NODE_ENV=production PORT=${backendPort} DATABASE_FILE=${databaseFile}
RUN mkdir ${dataFolder} && chown node:node ${dataFolder}
COPY --from=dependencies /app ./
COPY --from=build /app/dist ./dist
USER node
VOLUME ${dataFolder}
EXPOSE ${backendPort}
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \\
  CMD ["node", "-e", "fetch('http://127.0.0.1:'+process.env.PORT+'/healthz').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
# What \`npm start\` runs, without npm in between: signals reach the program, and nothing is written to a home folder.
CMD ["node", "dist/server.js"]
`

const frontend = `# syntax=docker/dockerfile:1
# Build from the project's root: docker build -f deploy/frontend.Dockerfile .

FROM ${nodeImage} AS build
WORKDIR /app
# The manifests alone come first: as long as they stay, the installed packages come from the layer cache.
COPY frontend/package.json frontend/package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY frontend/ ./
RUN npm run build

# Serves the built files and hands /api to the backend named by BACKEND, as host:port.
FROM ${nginxImage}
ENV BACKEND=backend:${backendPort} NGINX_ENVSUBST_FILTER=^BACKEND$
COPY deploy/nginx.conf.template /etc/nginx/templates/default.conf.template
COPY --from=build /app/dist /usr/share/nginx/html
EXPOSE ${frontendPort}
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 \\
  CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:${frontendPort}/_health"]
`

/** Sends only what the image is built from: neither the other parts nor anything a build or a run left behind. */
const ignore = (folder: string, ...more: ReadonlyArray<string>) =>
  [
    "*",
    `!${folder}`,
    ...more.map((path) => `!${path}`),
    `${folder}/node_modules`,
    `${folder}/dist`,
    `${folder}/**/*.db*`
  ]
    .map((line) => `${line}\n`)
    .join("")
