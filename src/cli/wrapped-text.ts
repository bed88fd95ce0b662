import { stripVTControlCharacters } from 'node:util'

/** The width where nobody says one. */
export const USUAL_WIDTH = 80

/** Lines of at most `width` columns, where words allow it; all but the first begin with `indent`. */
export function wrapped(text: string, width: number, indent = ''): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const { before, word } of wordsOf(text)) {
    const longer = line + before + word
    if (line.trim() !== '' && widthOf(longer) > width) {
      lines.push(line)
      line = indent + word
    } else {
      line = longer
    }
  }
  return [...lines, line]
}

// A command in backticks is one word: it is to be copied.
function wordsOf(text: string): readonly { readonly before: string; readonly word: string }[] {
  const words = text.matchAll(/(?<before>\s*)(?<word>(?:`[^`]*`|[^\s`]|`)+)/g)
  return Array.from(words, ({ groups }) => ({ before: groups?.before ?? '', word: groups?.word ?? '' }))
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length
}
