import { blocksOf, codesOf, rowsOf } from './markdown.ts'

/** What a page says of somebody, and what it goes by. */
export interface Claim {
  readonly text: string
  readonly links: readonly string[]
  readonly commands: readonly string[]
}

/** What a page has its reader type. */
const COMMAND = /^(?:npm|npx|grep|ls) /

/** The rows of all tables of claims of a page. */
export function claimsOf(page: string): readonly Claim[] {
  return page
    .split(/^(?=## )/m)
    .flatMap(section => rowsOf(section, ['claim', 'source or command']))
    .map(([text = '', source = '']) => ({
      text,
      links: [...source.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link),
      commands: codesOf(source).filter(code => COMMAND.test(code)),
    }))
}

/** The commands of a page, in its text and its shell blocks. */
export function commandsOf(page: string): readonly string[] {
  const blocks = blocksOf(page).filter(({ language }) => language === 'sh')
  const text = page.replaceAll(/^```.*?^```$/gms, '')
  const all = [...codesOf(text), ...blocks.flatMap(block => block.text.trim().split('\n'))]
  return [...new Set(all.filter(code => COMMAND.test(code)))]
}

/** Whether an address of the web can be that of a page that says something: not a bare host, nothing left over. */
export function isPageAddress(link: string): boolean {
  return URL.canParse(link) && /^https:\/\/[\w.-]+\.[a-z]+\/[\w/@.%#-]*[\w#-]$/.test(link)
}
