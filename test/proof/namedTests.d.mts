export declare const namedTests: (text: string) => ReadonlyArray<{
  readonly ancestorTitles: ReadonlyArray<string>
  readonly title: string
  readonly status: "passed"
}>
