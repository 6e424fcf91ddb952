/**
 * What stands for the model in the keys of those who use one: its name, and the server that is asked for it, because two
 * servers may give one name to two models. Who asks is no part of it: credentials and the query are left out.
 */
export const modelInKeys = (model: string | undefined, baseUrl: string | undefined): string | undefined => {
  if (model === undefined || baseUrl === undefined) return model
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  return `${model} at ${url === undefined ? baseUrl : `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, "")}`}`
}
