import { isTest, readSources } from '../architecture/source.ts'
import { titlesIn } from './test-titles.ts'

/** What a title shows, by number: a threat (`T8`), a fault (`F24`), a nasty input (`nasty input 12`). */
export function numbersOf(title: string): readonly string[] {
  const [head = ''] =
    /^(?:T\d+|F\d+|nasty input \d+)(?:, (?:T\d+|F\d+|nasty input \d+))*(?=: )/.exec(title) ?? []
  return head === '' ? [] : head.split(', ')
}

/** Each threat, fault or nasty input that a test names, with the file of that test: `T1 test/trust/….test.ts`. */
export function numbersTested(kind: RegExp): readonly string[] {
  const pairs = readSources('src', 'test')
    .filter(isTest)
    .flatMap(({ path, text }) =>
      [...titlesIn(text)]
        .flatMap(numbersOf)
        .filter(number => kind.test(number))
        .map(number => `${number} ${path}`),
    )
  return [...new Set(pairs)].sort()
}
