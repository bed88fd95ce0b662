import { readPages } from '../packaging/documentation.ts'
import { blocksOf } from './markdown.ts'

/** A block of JavaScript or TypeScript of a page. */
export interface Example {
  /** Where it stands: `docs/guide/start.md: 4. Use it`, with ` (2)` for the second under one heading. */
  readonly name: string
  readonly language: 'js' | 'ts'
  readonly text: string
  /** The paragraph before it. */
  readonly introduction: string
}

/** Every example of the documentation. */
export async function readExamples(): Promise<readonly Example[]> {
  return [...(await readPages())].flatMap(([path, page]) => examplesOf(path, page))
}

/** The examples of a page, in order. */
export function examplesOf(path: string, page: string): readonly Example[] {
  const seen = new Map<string, number>()
  return blocksOf(page).flatMap(({ language, text, heading, introduction }) => {
    if (language !== 'js' && language !== 'ts') return []
    const place = `${path}: ${heading}`
    const count = (seen.get(place) ?? 0) + 1
    seen.set(place, count)
    return [{ name: count === 1 ? place : `${place} (${count})`, language, text, introduction }]
  })
}
