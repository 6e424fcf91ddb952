/**
 * A generated test file whose tests are data: the titles are put into its text, not looked up in it, so that the list of
 * what is tested and the tests themselves cannot differ.
 *
 * @since 0.1.0
 */
import { quote } from "./Layout.ts"

/** A test of a file. */
export interface SuiteTest<Flag extends string> {
  /** The id of the criterion that it checks; `undefined` where it checks none. */
  readonly criterion: string | undefined
  /** As it stands in the file, the criterion's id in front. */
  readonly title: string
  /** The section of the text that it stands in; without one it is there whenever its file is. */
  readonly when: Flag | undefined
}

export interface TestSuite<Flag extends string> {
  readonly text: string
  readonly tests: ReadonlyArray<SuiteTest<Flag>>
}

/** A test that checks a criterion. */
export const checks = (criterion: string, promise: string): SuiteTest<never> => ({
  criterion,
  title: `${criterion}: ${promise}`,
  when: undefined
})

/** A test that checks none, of a section of the text if `when` says so. */
export const named = <Flag extends string = never>(title: string, when?: Flag): SuiteTest<Flag> => ({
  criterion: undefined,
  title,
  when
})

/** The tag of a template literal that holds a test in each place of a title: ``suite`it(${named("works")}, …` ``. */
export const suite = <Flag extends string = never>(
  strings: TemplateStringsArray,
  ...tests: ReadonlyArray<SuiteTest<Flag>>
): TestSuite<Flag> => ({
  text: strings.map((text, at) => (at === 0 ? text : `${quote(tests[at - 1]!.title)}${text}`)).join(""),
  tests
})
