/** What a Dockerfile says, of its last stage. */
import { DockerfileParser, type JSONInstruction, type PropertyInstruction } from "dockerfile-ast"

export interface Image {
  readonly environment: ReadonlyMap<string, string>
  readonly exposed: ReadonlyArray<number>
  /** The arguments of instructions in the form of JSON. */
  readonly command: ReadonlyArray<string>
  readonly healthcheck: ReadonlyArray<string>
  /** Sources of `COPY`, outside of stages, as paths of the project. */
  readonly copied: ReadonlyArray<string>
  /** All instructions of all stages, as text. */
  readonly lines: ReadonlyArray<string>
}

export const imageOf = (text: string): Image => {
  const instructions = DockerfileParser.parse(text).getInstructions()
  const last = instructions.slice(instructions.map((one) => one.getKeyword()).lastIndexOf("FROM"))
  // As written: the parser's own text of an instruction is without its flags.
  const rows = text.split("\n")
  const written = (one: (typeof instructions)[number]) =>
    rows.slice(one.getRange().start.line, one.getRange().end.line + 1).join("\n")
  const of = (keyword: string) => last.filter((one) => one.getKeyword() === keyword)
  const json = (text: string | null): ReadonlyArray<string> => JSON.parse((text ?? "").replace(/^.*?\[/s, "["))
  return {
    environment: new Map(
      of("ENV").flatMap((one) =>
        (one as PropertyInstruction).getProperties().map((each) => [each.getName(), each.getValue() ?? ""] as const)
      )
    ),
    exposed: of("EXPOSE").map((one) => Number(one.getArgumentsContent())),
    command: of("CMD").flatMap((one) => (one as JSONInstruction).getJSONStrings().map((each) => each.getJSONValue())),
    healthcheck: of("HEALTHCHECK").flatMap((one) => json(one.getRawArgumentsContent())),
    copied: instructions
      .filter((one) => one.getKeyword() === "COPY" && !/--from=/.test(written(one)))
      .flatMap((one) => one.getArguments().slice(0, -1))
      .map((each) => each.getValue()),
    lines: instructions.map(written)
  }
}
