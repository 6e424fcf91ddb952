/** `README.md` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `@@HEADING@@

The pages of the application: React and TypeScript, built by Vite. Working on them needs Node.js 20.19 or later
of 20, or 22.12 or later. Everything it shows comes from the backend at \`/api\`.

\`\`\`sh
npm ci
npm run dev        # http://localhost:5173, with the backend expected at http://localhost:3000
npm test           # the tests, without a backend
npm run build      # type check, then dist/
npm run preview    # serves dist/ on http://localhost:4173
\`\`\`

\`BACKEND_URL\` names another backend for \`dev\` and \`preview\`. In production a web server serves \`dist/\`, passes \`/api/\`
on to the backend, and answers every other unknown path with \`dist/index.html\`. What lies in \`dist/_app/\` carries a
digest in its name and may be cached for ever.

## Where things are

- \`src/entities/\`: one file an entity, with its fields as the API names them. **A new field is one line there** (and a
  value in the entity's test).
- \`src/entities.ts\`: the entities in the order of the navigation.
- \`src/pages/\`, \`src/components/\`: the pages and their parts. They are the same for all entities and learn from the
  field tables what to draw.
- \`src/api.ts\`: all requests. What fails arrives as an \`ApiProblem\` with a sentence for the user.
- \`src/listQuery.ts\`: page, order, search and filters of a list, kept in the address bar.
- \`src/settings.ts\`, \`src/styles.css\`: the title; colours for light and dark, chosen by \`data-theme\` in \`index.html\`.
- \`test/\`: \`fakeApi.ts\` stands in for the backend, \`entityChecks.tsx\` says what every entity's pages must do, and
  \`test/entities/\` runs that with values of each entity. The ids in the titles are those of \`docs/\`.
`
