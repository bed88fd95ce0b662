import { stripVTControlCharacters } from 'node:util'

/** The width where nobody says one. */
export const USUAL_WIDTH = 80

/** Lines of at most `width` columns, where words allow it; all but the first begin with `indent`. */
export function wrapped(text: string, width: number, indent = ''): readonly string[] {
  const lines: string[] = []
  let line = /^ */.exec(text)?.[0] ?? ''
  let isEmpty = true
  for (const word of wordsOf(text)) {
    const longer = isEmpty ? line + word : `${line} ${word}`
    if (!isEmpty && widthOf(longer) > width) {
      lines.push(line)
      line = indent + word
    } else {
      line = longer
    }
    isEmpty = false
  }
  return [...lines, line]
}

// A command in backticks is one word: it is to be copied.
function wordsOf(text: string): readonly string[] {
  return text.match(/(?:`[^`]*`|[^\s`]|`)+/g) ?? []
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length
}
