/** `vite.config.ts` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `import react from "@vitejs/plugin-react";
import type { Plugin, PreviewServer, ViteDevServer } from "vite";
import { defineConfig } from "vitest/config";

// The regular expression leaves pages such as /apiaries to the frontend.
const proxy = { "^/api/": { target: process.env["BACKEND_URL"] ?? "http://localhost:3000" } };

// As deploy/nginx.conf.template has them. The development server needs inline scripts and styles of its own.
const headers = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "Referrer-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
};

/** What is no text in any encoding, such as /%E0%A4, is an address all the same: the page says that there is nothing. */
function anyAddress(): Plugin {
  const use = ({ middlewares }: ViteDevServer | PreviewServer) => {
    middlewares.use((req, _res, next) => {
      const path = req.url ?? "/";
      if (!path.startsWith("/api/") && decoded(path) === undefined) req.url = "/index.html";
      next();
    });
  };
  return { name: "any-address", configureServer: use, configurePreviewServer: use };
}

function decoded(path: string): string | undefined {
  try {
    return decodeURI(path);
  } catch {
    return undefined;
  }
}

export default defineConfig({
  plugins: [anyAddress(), react()],
  server: { proxy },
  preview: { proxy, headers },
  // An underscore: no page of an entity has such an address, so "Asset" may be one.
  build: { assetsDir: "_app" },
  test: {
    include: ["test/**/*.test.tsx"],
    environment: "jsdom",
    setupFiles: ["test/setup.ts"],
    // Every test draws into a page of its own and cleans up, so the files may share one environment.
    isolate: false,
    pool: "threads",
    testTimeout: 20_000,
  },
});
`
