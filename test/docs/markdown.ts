/** A fenced block of a page. */
export interface Block {
  readonly language: string
  readonly text: string
  /** Of its first line, counted from 1. */
  readonly line: number
  /** The text of the heading above it; empty: none. */
  readonly heading: string
  /** The paragraph right before it. */
  readonly introduction: string
}

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(match => {
    const before = page.slice(0, match.index)
    return {
      language: match[1] ?? '',
      text: match[2] ?? '',
      line: before.split('\n').length + 1,
      heading: [...withoutBlocks(before).matchAll(/^#{1,6} (.+)$/gm)].at(-1)?.[1] ?? '',
      introduction: before.trimEnd().split('\n\n').at(-1) ?? '',
    }
  })
}

/** Targets of the links of a page, not of its code. */
export function linksOf(page: string): readonly string[] {
  const links = withoutCode(page).matchAll(/\[[^\]]*\]\((?<target>[^)\s]+)\)/g)
  return [...links].map(({ groups }) => groups?.target ?? '')
}

/** The names by which GitHub lets one link to the headings of a page. */
export function anchorsOf(page: string): ReadonlySet<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of withoutBlocks(page).matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    const name = plain
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-')
    let anchor = name
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${name}-${count}`
    anchors.add(anchor)
  }
  return anchors
}

/** The cells of a table's rows whose heading begins with these cells. */
export function rowsOf(page: string, heading: readonly string[]): readonly (readonly string[])[] {
  const lines = withoutBlocks(page).split('\n')
  const start = lines.findIndex(line => heading.every((cell, index) => cellsOf(line)[index] === cell))
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'))
  return start === -1 ? [] : lines.slice(start + 2, end === -1 ? undefined : end).map(cellsOf)
}

function cellsOf(line: string): readonly string[] {
  return line.startsWith('|')
    ? line
        .split('|')
        .slice(1, -1)
        .map(cell => cell.trim())
    : []
}

/** What stands in backticks. */
export function codesOf(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
}

function withoutBlocks(page: string): string {
  return page.replaceAll(/^```.*?^```$/gms, '')
}

function withoutCode(page: string): string {
  return withoutBlocks(page).replaceAll(/`[^`\n]*`/g, '')
}
