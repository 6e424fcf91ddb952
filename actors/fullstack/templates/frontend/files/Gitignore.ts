/** `.gitignore` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `node_modules/
dist/
*.tsbuildinfo
`
