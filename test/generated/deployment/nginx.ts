/** nginx with the generated configuration, on a free port, before a backend that runs. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import { join } from "node:path"
import { Effect, Schedule } from "effect"
import { freePort } from "../fixtures/serving.ts"

/** Ends with the scope. The template is filled in as the image does it; only the port is another. */
export const nginxServing = (template: string, port: number, backend: string, root: string) =>
  Effect.gen(function* () {
    const free = yield* Effect.promise(freePort)
    const folder = join(root, "nginx")
    fs.mkdirSync(join(folder, "html"), { recursive: true })
    fs.writeFileSync(join(folder, "html", "index.html"), "the page")
    const site = template
      .replaceAll("$" + "{BACKEND}", backend)
      .replace(`listen ${port};`, `listen 127.0.0.1:${free};`)
      .replace("/usr/share/nginx/html", join(folder, "html"))
    fs.writeFileSync(join(folder, "site.conf"), site)
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((name) => `${name}_temp_path ${join(folder, name)};`)
      .join(" ")
    const configuration = `daemon off; worker_processes 1; pid ${join(folder, "pid")}; error_log stderr;
      events {} http { access_log off; ${temporary} include ${join(folder, "site.conf")}; }`
    fs.writeFileSync(join(folder, "nginx.conf"), configuration)
    // The worker is another user where the master is root.
    for (let path = folder; path.startsWith(root); path = join(path, "..")) fs.chmodSync(path, 0o755)

    let output = ""
    const child = yield* Effect.acquireRelease(
      Effect.sync(() => {
        const child = spawn("nginx", ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", "stderr"])
        child.stderr.on("data", (chunk) => (output += chunk))
        return child
      }),
      (child) =>
        Effect.promise(async () => {
          if (child.exitCode !== null || child.signalCode !== null) return
          const ended = once(child, "close")
          child.kill("SIGTERM")
          await ended
        })
    )
    const origin = `http://127.0.0.1:${free}`
    yield* Effect.tryPromise(() => fetch(`${origin}/_health`)).pipe(
      Effect.retry({ schedule: Schedule.spaced("50 millis"), while: () => child.exitCode === null }),
      Effect.timeout("10 seconds"),
      Effect.mapError(() => new Error(`nginx does not answer: ${output}`))
    )
    return origin
  })
