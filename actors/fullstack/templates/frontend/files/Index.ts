/** `index.html` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `<!doctype html>
<html lang="en" data-theme="@@THEME@@">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>@@TITLE@@</title>
    <link rel="icon" href="data:," />
  </head>
  <body>
    <div id="root"></div>
    <script type="module" src="/src/main.tsx"></script>
  </body>
</html>
`
