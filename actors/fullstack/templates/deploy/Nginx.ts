/**
 * The frontend's web server: the built files, the way to the backend, and nothing that only insiders should see.
 *
 * @since 0.1.0
 */
import type { GeneratedFile } from "../../Project.ts"
import { frontendPort } from "./DeployNames.ts"

/**
 * `deploy/nginx.conf.template`; the image's start script puts `BACKEND` in.
 *
 * @category constructors
 */
export const nginx = (): GeneratedFile => ({ path: "deploy/nginx.conf.template", content: template })

/** For pages and what they load: scripts and styles from files of the site alone. The backend has headers of its own. */
const headers = [
  `add_header Content-Security-Policy "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'" always;`,
  "add_header Referrer-Policy same-origin always;",
  "add_header X-Content-Type-Options nosniff always;",
  "add_header X-Frame-Options DENY always;"
]
  .map((line) => `    ${line}`)
  .join("\n")

const template = `upstream backend {
  server \${BACKEND};
  keepalive 16;
}

# Behind a proxy that ends TLS, what the browser used is in the header; without one it is nginx's own.
map $http_x_forwarded_proto $forwarded_proto {
  default $http_x_forwarded_proto;
  "" $scheme;
}

server {
  listen ${frontendPort};
  server_name _;
  server_tokens off;
  root /usr/share/nginx/html;
  absolute_redirect off;

  # The backend refuses bodies over 1 MB itself, with a problem document; nginx must let it see them.
  client_max_body_size 2m;

  gzip on;
  gzip_min_length 1024;
  gzip_types text/css text/csv application/javascript text/javascript application/json application/problem+json image/svg+xml;

  # nginx's own life sign. No page has an address with an underscore. It says nothing about the backend, so that a slow backend restarts no frontend.
  location = /_health {
    access_log off;
    default_type text/plain;
    return 200 "ok\\n";
  }

  # /metrics is not among these: figures are for the monitoring inside, which asks the backend directly.
  location ~ ^/(api(/|$)|healthz$|openapi\\.json$) {
    proxy_pass http://backend;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $forwarded_proto;
    proxy_connect_timeout 5s;
    proxy_read_timeout 30s;
    # Only what is safe to repeat is tried again.
    proxy_next_upstream error timeout;
    proxy_next_upstream_tries 2;
  }

  # The build puts a digest into these names, so that a file never changes under its name. A missing one is 404, not
  # the page: a browser must not take HTML for a script.
  location /_app/ {
    add_header Cache-Control "public, max-age=31536000, immutable";
${headers}
    try_files $uri =404;
  }

  # Every other path is the page, which reads the path itself.
  location / {
    add_header Cache-Control "no-cache";
${headers}
    try_files $uri /index.html;
  }
}
`
