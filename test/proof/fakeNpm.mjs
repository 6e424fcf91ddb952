/**
 * The two of npm's answers that are more than an exit code, for `fakeNpm.ts`: `npm test` reports, as vitest would, a
 * passed test for each that stands in the folder's test files, and `npm start` serves the folder's own OpenAPI
 * document with rows in memory.
 */
import { randomUUID } from "node:crypto"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { namedTests } from "./namedTests.mjs"

const [command, ...args] = process.argv.slice(2)

if (command === "test") {
  const testResults = readdirSync(".", { recursive: true })
    .filter((file) => /^(?!node_modules).*\.test\.tsx?$/.test(file))
    .map((file) => ({
      name: join(process.cwd(), file),
      status: "passed",
      assertionResults: namedTests(readFileSync(file, "utf8"))
    }))
  const output = args.find((arg) => arg.startsWith("--outputFile=")).slice("--outputFile=".length)
  writeFileSync(output, JSON.stringify({ testResults }))
} else {
  const openapi = readFileSync("src/openapi.json", "utf8")
  const rows = new Map()
  createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const given = chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString())
    const answer = (status, text = "") => response.writeHead(status).end(text)
    if (request.url === "/healthz") return answer(200)
    if (request.url === "/openapi.json") return answer(200, openapi)
    const id = request.method === "POST" ? randomUUID() : request.url.split("/").at(-1)
    if (request.method === "POST") rows.set(id, { ...given, id })
    if (!rows.has(id)) return answer(404)
    if (request.method === "PATCH") Object.assign(rows.get(id), given)
    if (request.method === "DELETE") return answer(rows.delete(id) ? 204 : 404)
    return answer(request.method === "POST" ? 201 : 200, JSON.stringify(rows.get(id)))
  }).listen(Number(process.env.PORT), "127.0.0.1")
}
